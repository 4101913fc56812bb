// The pipeline in which orders are accepted, a batch at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/batcher.h"
#include "libs/aio/completion.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/base/uuid.h"
#include "libs/domain/order.h"
#include "libs/mesh/call.h"
#include "libs/mesh/message_limits.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/app/validator.h"
#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {

struct IntakeOptions {
  // One call of the validator for each batch, whose messages have room for more than its orders.
  aio::BatchLimits validate = {.max_items = 64,
                               .max_bytes = mesh::kMaxMessageBytes / 8 * 7,
                               .max_wait = absl::Milliseconds(2),
                               .max_in_flight = 4};
  // One transaction for each.
  aio::BatchLimits store = {.max_items = 64, .max_wait = absl::Milliseconds(2), .max_in_flight = 1};
  // One query for each, of refused orders that may be repeats.
  aio::BatchLimits look_up = {.max_items = 64, .max_wait = absl::Milliseconds(2), .max_in_flight = 1};
  std::size_t max_waiting = 512;                         // orders between arrival and answer; beyond: refused at once
  absl::Duration retry_after = absl::Milliseconds(200);  // what a refused caller is told
  absl::Duration validate_timeout = absl::Seconds(1);
  absl::Duration hop_margin =
      absl::Milliseconds(20);  // a hop's deadline is earlier by this, so that its refusal arrives
  std::size_t max_event_bytes = std::size_t{256} << 10;
};

// Takes the orders of one lane through two stages, each of which works on what has gathered meanwhile: validation, then
// the store; or, of what validation refused, the look-up of its request id. No stage waits for the next: a look-up that
// takes long holds up nothing but refusals. Lives on its lane; not thread-safe. The dependencies must outlive it, and
// it must outlive its calls: none waits when idle().
class Intake {
 public:
  // `outbox_full`: so many events wait to be published that no more orders are taken.
  Intake(aio::Lane& lane, Validator& validator, OrderStore& store, const OrderEvents& events, base::IdSource& ids,
         const std::atomic<bool>& outbox_full, IntakeOptions options, IntakeMetrics metrics);

  // Has the order validated and stores it. Returns after the commit. A repeat of a request id with the same payload
  // gives the stored order as it is now, whatever validation says of it today. The call must last until then.
  //   kInvalidArgument    a field rule is broken, every one is named; the request id has another payload; the order is
  //   too
  //                       large to tell of
  //   kFailedPrecondition a product is unknown or not for sale, or stock is short; each is named
  //   kResourceExhausted  too much is under way
  //   kUnavailable        nothing was stored; safe to repeat
  //   kCancelled, kDeadlineExceeded  the caller gave up before the order left for the database; of an order that was on
  //                       its way, kDeadlineExceeded leaves open whether it was stored
  aio::Task<absl::StatusOr<domain::Order>> Accept(const mesh::CallContext& call, domain::NewOrder order);

  // Has the order validated and priced, and stores nothing. The errors are Accept's.
  aio::Task<absl::StatusOr<domain::PricedOrder>> Quote(const mesh::CallContext& call, domain::NewOrder order);

  bool idle() const { return waiting_ == 0 && validate_.idle() && store_stage_.idle() && look_up_.idle(); }

 private:
  // An order between its arrival and its answer; it lives in the coroutine that waits for that.
  struct Pending {
    Pending(const mesh::CallContext& call, domain::NewOrder order, bool quote, aio::Lane& lane)
        : call(call), order(std::move(order)), quote(quote), answered(lane) {}

    const mesh::CallContext& call;
    domain::NewOrder order;
    const bool quote;
    bool repeatable = false;  // the client gave a request id
    std::string fingerprint;
    domain::PricedOrder priced;  // once validated
    absl::StatusOr<domain::Order> answer = absl::UnknownError("not answered");
    aio::Completion<bool> answered;
  };
  // Orders of one request id in a batch: the first stands for all.
  struct Group {
    Pending* first;
    std::vector<Pending*> others;
  };

  aio::Task<absl::StatusOr<domain::Order>> Pass(Pending& pending);
  absl::Status Admit(bool quote) const;

  aio::Task<void> Validate(std::vector<Pending*> batch);
  // Decides what a validated order does next: answered, to be looked up, or on to the store.
  void Sort(Pending& pending, Validation validation, std::vector<Pending*>& to_store, std::vector<Pending*>& refused);
  // Answers those that can't be repeats; the others are looked up.
  void PassOnRefused(std::vector<Pending*> refused);
  // Answers each with its refusal, unless its request id belongs to an order that was stored before.
  aio::Task<void> LookUp(std::vector<Pending*> refused);
  aio::Task<void> Store(std::vector<Pending*> batch);
  std::vector<Group> Fold(const std::vector<Pending*>& batch) const;
  Acceptance MakeAcceptance(Pending& pending);
  void AnswerGroup(Group& group, absl::StatusOr<Accepted> result);
  // What a caller gets whose request id belongs to `stored`.
  absl::StatusOr<domain::Order> Repeat(const Pending& pending, const StoredRequest& stored);

  // Those that still have someone to answer to; the others are answered.
  std::vector<Pending*> DropAbandoned(std::vector<Pending*> batch);
  static base::Deadline LatestDeadline(const std::vector<Pending*>& batch);
  base::Deadline HopDeadline(const std::vector<Pending*>& batch) const;
  static void Answer(Pending& pending, absl::StatusOr<domain::Order> answer);

  aio::Lane& lane_;
  Validator& validator_;
  OrderStore& store_;
  const OrderEvents& events_;
  base::IdSource& ids_;
  const std::atomic<bool>& outbox_full_;
  const IntakeOptions options_;
  const IntakeMetrics metrics_;
  std::size_t waiting_ = 0;
  aio::Batcher<Pending*> validate_;
  aio::Batcher<Pending*> store_stage_;
  aio::Batcher<Pending*> look_up_;
};

}  // namespace ordermesh::gateway
