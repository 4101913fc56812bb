// The outbox as the lane of one sink sees it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/relay/event.h"

namespace ordermesh::relay {

// Of all relays one is the active one for a sink: whoever holds the sink's lock. The lock, the reads and the cursor
// live in one session, so a relay that lost the lock, without knowing it, can publish once more but never move the
// cursor. Belongs to one thread. Every call may fail with
//   kUnavailable         the database can't be reached, or the session was lost, and with it the lock
//   kAborted             the lock was lost: another relay may be the active one
// after which Release, and TryLock from the beginning.
class OutboxStore {
 public:
  virtual ~OutboxStore() = default;

  // Whether this is now the active relay. Never waits for another's lock: one that waits in the database pins what
  // vacuum may remove.
  virtual absl::StatusOr<bool> TryLock() = 0;
  // Gives the lock back, with its session.
  virtual void Release() = 0;

  // How far the sink has come; a sink that is new begins before everything.
  //   kFailedPrecondition  the cursor was made by another database cluster, or it or an event is ahead of this one's
  //                        transactions: the database was restored, and someone has to decide (runbook restore)
  virtual absl::StatusOr<Position> LoadCursor() = 0;

  // The next events behind `after`, at most `limit`, in order. Only what no open transaction can add to any more: a row
  // that commits late is not skipped but holds back what follows it.
  virtual absl::StatusOr<std::vector<Event>> Read(Position after, int limit) = 0;

  // Moves the cursor. kAborted: it does not stand at `from`.
  virtual absl::Status Advance(Position from, Position to) = 0;

  // Keeps what the sink refused for good, with the reason. Doing so twice is doing it once.
  virtual absl::Status Bury(const Event& event, const std::string& reason) = 0;

  // Keeps the session from being ended as idle; at least every few seconds.
  virtual absl::Status Heartbeat() = 0;
};

}  // namespace ordermesh::relay
