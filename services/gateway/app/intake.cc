#include "services/gateway/app/intake.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/api/request_id.h"
#include "libs/base/deadline.h"
#include "libs/domain/fingerprint.h"
#include "libs/domain/order_size.h"
#include "services/gateway/app/refusals.h"

namespace ordermesh::gateway {
namespace {

// Notes a batch when it starts, and how long it took when it goes away.
class StageProbe {
 public:
  StageProbe(const StageMetrics& metrics, base::Timer& timer, std::size_t orders)
      : metrics_(metrics), timer_(timer), started_(timer.SteadyNow()) {
    metrics_.batches.Add();
    metrics_.batch_orders.Observe(static_cast<double>(orders));
  }
  ~StageProbe() { metrics_.seconds.Observe(absl::ToDoubleSeconds(timer_.SteadyNow() - started_)); }
  StageProbe(const StageProbe&) = delete;
  StageProbe& operator=(const StageProbe&) = delete;

 private:
  const StageMetrics& metrics_;
  base::Timer& timer_;
  const base::SteadyTime started_;
};

}  // namespace

Intake::Intake(aio::Lane& lane, Validator& validator, OrderStore& store, const OrderEvents& events, base::IdSource& ids,
               const std::atomic<bool>& outbox_full, IntakeOptions options, IntakeMetrics metrics)
    : lane_(lane),
      validator_(validator),
      store_(store),
      events_(events),
      ids_(ids),
      outbox_full_(outbox_full),
      options_(options),
      metrics_(metrics),
      validate_(
          lane, options.validate, [this](std::vector<Pending*> batch) { return Validate(std::move(batch)); },
          [](const Pending* pending) { return domain::CheckedBytesAtMost(pending->order); }),
      store_stage_(lane, options.store, [this](std::vector<Pending*> batch) { return Store(std::move(batch)); }),
      look_up_(lane, options.look_up, [this](std::vector<Pending*> batch) { return LookUp(std::move(batch)); }) {}

aio::Task<absl::StatusOr<domain::Order>> Intake::Accept(const mesh::CallContext& call, domain::NewOrder order) {
  Pending pending(call, std::move(order), false, lane_);
  pending.repeatable = !pending.order.request_id.empty();
  pending.order.request_id = api::RequestIdOrNew(std::move(pending.order.request_id), ids_);
  pending.fingerprint = domain::Fingerprint(pending.order);
  auto pass = Pass(pending);
  co_return co_await pass;
}

aio::Task<absl::StatusOr<domain::PricedOrder>> Intake::Quote(const mesh::CallContext& call, domain::NewOrder order) {
  Pending pending(call, std::move(order), true, lane_);
  auto pass = Pass(pending);
  absl::StatusOr<domain::Order> priced = co_await pass;
  if (!priced.ok()) co_return priced.status();
  co_return std::move(priced->content);
}

aio::Task<absl::StatusOr<domain::Order>> Intake::Pass(Pending& pending) {
  absl::Status admitted = Admit(pending.quote);
  if (!admitted.ok()) co_return admitted;
  ++waiting_;
  metrics_.waiting.Add(1);
  validate_.Add(&pending);
  co_await pending.answered;
  metrics_.waiting.Add(-1);
  --waiting_;
  co_return std::move(pending.answer);
}

absl::Status Intake::Admit(bool quote) const {
  if (waiting_ >= options_.max_waiting) {
    metrics_.shed_queue.Add();
    return api::Overloaded("gateway", absl::StrCat(waiting_, " orders are waiting already"), options_.retry_after);
  }
  if (!quote && outbox_full_.load(std::memory_order_relaxed)) {
    metrics_.shed_outbox.Add();
    return api::Overloaded("gateway", "too many events wait to be published", options_.retry_after);
  }
  return absl::OkStatus();
}

aio::Task<void> Intake::Validate(std::vector<Pending*> batch) {
  batch = DropAbandoned(std::move(batch));
  if (batch.empty()) co_return;
  const StageProbe probe(metrics_.validate, lane_.timer(), batch.size());
  std::vector<const domain::NewOrder*> orders;
  orders.reserve(batch.size());
  for (const Pending* pending : batch) orders.push_back(&pending->order);
  auto check = validator_.Validate(lane_, std::move(orders), HopDeadline(batch), batch[0]->call.trace().traceparent());
  absl::StatusOr<std::vector<Validation>> checked = co_await check;

  std::vector<Pending*> to_store, refused;
  to_store.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Sort(*batch[i], checked.ok() ? std::move((*checked)[i]) : Validation(checked.status()), to_store, refused);
  }
  store_stage_.AddAll(std::move(to_store));
  PassOnRefused(std::move(refused));
}

void Intake::Sort(Pending& pending, Validation validation, std::vector<Pending*>& to_store,
                  std::vector<Pending*>& refused) {
  if (!validation.ok()) {
    pending.answer = std::move(validation).status();
    refused.push_back(&pending);
    return;
  }
  pending.priced = *std::move(validation);
  if (pending.quote) {
    domain::Order quoted;
    quoted.content = std::move(pending.priced);
    return Answer(pending, std::move(quoted));
  }
  if (const std::size_t bytes = events_.SizeBound(pending.priced); bytes > options_.max_event_bytes) {
    pending.answer = OrderTooLarge(bytes, options_.max_event_bytes);
    refused.push_back(&pending);
    return;
  }
  to_store.push_back(&pending);
}

void Intake::PassOnRefused(std::vector<Pending*> refused) {
  const auto final = std::stable_partition(
      refused.begin(), refused.end(), [](const Pending* pending) { return !pending->quote && pending->repeatable; });
  const std::vector<Pending*> answered(final, refused.end());
  refused.erase(final, refused.end());
  look_up_.AddAll(std::move(refused));
  for (Pending* pending : answered) Answer(*pending, std::move(pending->answer));
}

aio::Task<void> Intake::LookUp(std::vector<Pending*> refused) {
  refused = DropAbandoned(std::move(refused));
  if (refused.empty()) co_return;
  const StageProbe probe(metrics_.look_up, lane_.timer(), refused.size());
  std::vector<RequestKey> keys;
  keys.reserve(refused.size());
  for (const Pending* pending : refused) keys.push_back({pending->order.caller, pending->order.request_id});
  auto find = store_.Find({lane_, LatestDeadline(refused)}, std::move(keys));
  const absl::StatusOr<std::vector<std::optional<StoredRequest>>> found = co_await find;
  for (std::size_t i = 0; i < refused.size(); ++i) {
    Pending& pending = *refused[i];
    if (!found.ok()) {
      // Whether it is a repeat is not known, so neither is whether the refusal is right.
      Answer(pending, found.status());
    } else if ((*found)[i].has_value()) {
      Answer(pending, Repeat(pending, *(*found)[i]));
    } else {
      Answer(pending, std::move(pending.answer));
    }
  }
}

aio::Task<void> Intake::Store(std::vector<Pending*> batch) {
  batch = DropAbandoned(std::move(batch));
  if (batch.empty()) co_return;
  const StageProbe probe(metrics_.store, lane_.timer(), batch.size());
  std::vector<Group> groups = Fold(batch);
  std::vector<Acceptance> acceptances;
  acceptances.reserve(groups.size());
  for (Group& group : groups) acceptances.push_back(MakeAcceptance(*group.first));
  auto accept = store_.Accept(lane_, std::move(acceptances));
  std::vector<absl::StatusOr<Accepted>> results = co_await accept;
  for (std::size_t i = 0; i < groups.size(); ++i) AnswerGroup(groups[i], std::move(results[i]));
}

std::vector<Intake::Group> Intake::Fold(const std::vector<Pending*>& batch) const {
  absl::flat_hash_map<std::pair<absl::string_view, absl::string_view>, std::size_t> places;
  places.reserve(batch.size());
  std::vector<Group> groups;
  groups.reserve(batch.size());
  for (Pending* pending : batch) {
    auto [place, first] = places.try_emplace({pending->order.caller, pending->order.request_id}, groups.size());
    if (first) {
      groups.push_back({pending, {}});
    } else {
      metrics_.folded.Add();
      groups[place->second].others.push_back(pending);
    }
  }
  return groups;
}

Acceptance Intake::MakeAcceptance(Pending& pending) {
  Acceptance acceptance;
  acceptance.order.id = ids_.Next();
  acceptance.order.caller = pending.order.caller;
  acceptance.order.content = std::move(pending.priced);
  acceptance.request_id = pending.order.request_id;
  acceptance.fingerprint = pending.fingerprint;
  acceptance.event_id = ids_.Next();
  acceptance.traceparent = pending.call.trace().traceparent();
  return acceptance;
}

void Intake::AnswerGroup(Group& group, absl::StatusOr<Accepted> result) {
  if (!result.ok()) {
    for (Pending* other : group.others) {
      const bool same = other->fingerprint == group.first->fingerprint;
      Answer(*other, same ? result.status() : IdempotencyKeyReused());
    }
    return Answer(*group.first, result.status());
  }
  for (Pending* other : group.others) Answer(*other, Repeat(*other, result->stored));
  if (result->earlier) return Answer(*group.first, Repeat(*group.first, result->stored));
  metrics_.accepted.Add();
  Answer(*group.first, std::move(result->stored.order));
}

absl::StatusOr<domain::Order> Intake::Repeat(const Pending& pending, const StoredRequest& stored) {
  if (!domain::MatchesFingerprint(pending.order, stored.fingerprint)) {
    metrics_.reused_keys.Add();
    return IdempotencyKeyReused();
  }
  metrics_.repeats.Add();
  return stored.order;
}

std::vector<Intake::Pending*> Intake::DropAbandoned(std::vector<Pending*> batch) {
  auto abandoned = std::stable_partition(batch.begin(), batch.end(), [this](const Pending* pending) {
    return !pending->call.cancelled() && !pending->call.deadline().Expired(lane_.timer());
  });
  for (auto gone = abandoned; gone != batch.end(); ++gone) {
    metrics_.given_up.Add();
    const bool late = (*gone)->call.deadline().Expired(lane_.timer());
    Answer(**gone, late ? api::DeadlinePassed() : api::CallerGone());
  }
  batch.erase(abandoned, batch.end());
  return batch;
}

// As long as any caller waits: one with little time left must not fail the others.
base::Deadline Intake::LatestDeadline(const std::vector<Pending*>& batch) {
  base::SteadyTime latest = base::SteadyTime::InfinitePast();
  for (const Pending* pending : batch) latest = std::max(latest, pending->call.deadline().time());
  return base::Deadline::At(latest);
}

// At most the validator's own timeout.
base::Deadline Intake::HopDeadline(const std::vector<Pending*>& batch) const {
  return LatestDeadline(batch)
      .Before(options_.hop_margin)
      .Earlier(base::Deadline::In(options_.validate_timeout, lane_.timer()));
}

void Intake::Answer(Pending& pending, absl::StatusOr<domain::Order> answer) {
  pending.answer = std::move(answer);
  // Resumes the waiting handler, after which `pending` is gone.
  pending.answered.setter().SetOnLane(true);
}

}  // namespace ordermesh::gateway
