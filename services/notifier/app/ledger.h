// The ledger of notifications, as those see it who enter and send them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

// A notification to be entered. `event` must outlive the call.
struct NewNotification {
  const Event* event = nullptr;
  Channel channel = Channel::kLog;
  bool keep_payload = true;  // for the later attempts of channels that send the event's content
  bool claim = false;        // for its first attempt at once, if its turn has come
};

struct Entered {
  int inserted = 0;                          // the rest were there before
  std::vector<ClaimedNotification> claimed;  // in the order of the input
};

// What became of one attempt.
struct Mark {
  base::Uuid id;
  int claim = 0;
  State state = State::kPending;
  absl::Duration retry_after;  // kPending: when it is due again
  std::string error;           // kPending and kFailed: the code of the failure
  bool counts = true;          // kPending: whether it was an attempt
};

struct Backlog {
  Channel channel = Channel::kLog;
  std::int64_t due = 0;  // counted up to kMaxCounted
  absl::Duration oldest;
  static constexpr std::int64_t kMaxCounted = 100'000;
};

// Belongs to one thread; any number of them, in any number of processes, share the same rows. Times are the database's.
//
// Whose turn it is: a notification about an order's version is claimed only when no earlier version is pending on the
// same channel and recipient, and when the version before was entered. One that never was (the channel was not in use
// then) is waited for only so long as `LedgerOptions::gap_wait`. Until its turn has come it is blocked, which is not
// due: MarkAll and ExpireDue make due what waited for what they end. It is looked at again every
// `LedgerOptions::recheck`, for what a crash between the two kept back.
//
// An order's contact, and whether its customer wants updates, are read when a notification is claimed. A customer who
// is deleted or unknown wants none.
//
// Every method: kUnavailable, kDeadlineExceeded, kResourceExhausted, kAborted: not done, or not known whether; call
// again.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // Enters what is not there yet, all or nothing. What is not claimed is due at once.
  //   kInvalidArgument  the store refuses one of them for good; nothing was entered
  virtual absl::StatusOr<Entered> Enter(absl::Span<const NewNotification> notifications) = 0;

  // Claims up to `limit` that are due, the longest due first: those whose time has come, and those whose lease ran out.
  virtual absl::StatusOr<std::vector<ClaimedNotification>> ClaimDue(Channel channel, int limit) = 0;

  // Marks what was attempted. Gives the number of marks that came too late: another claim holds the row by now, or the
  // row is no longer pending. Repeating a call does no harm.
  virtual absl::StatusOr<int> MarkAll(absl::Span<const Mark> marks) = 0;

  // Gives claims back that were not attempted: due at once, and the attempt not counted.
  virtual absl::Status Release(absl::Span<const ClaimedNotification> notifications) = 0;

  // Gives up what has waited on this channel for longer than `age`, at most `limit`: it is due, and was made or resent
  // so long ago. Its error is "unreachable". Gives how many; call again while it gives any.
  virtual absl::StatusOr<std::int64_t> ExpireDue(Channel channel, absl::Duration age, int limit) = 0;

  // Makes due what was left in its first attempt by a worker that died. Gives their number.
  virtual absl::StatusOr<int> RescueOrphans() = 0;

  // How much is due on each channel, sorted by channel; channels with nothing due may be missing.
  virtual absl::StatusOr<std::vector<Backlog>> Due() = 0;

  // Deletes notifications that are older than `age` and not pending, at most about `limit` in one call. Gives how many;
  // call again while it gives any.
  virtual absl::StatusOr<std::int64_t> Prune(absl::Duration age, int limit) = 0;
};

struct LedgerOptions {
  absl::Duration lease = absl::Seconds(30);
  absl::Duration gap_wait = absl::Seconds(30);
  absl::Duration recheck = absl::Minutes(5);
};

}  // namespace ordermesh::notifier
