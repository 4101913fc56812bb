// The outbox as the forwarder to one sink sees it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/relay/app/event.h"

namespace ordermesh::relay {

// The one name of a feed's way to a sink, in metrics, logs and locks: "catalog.kafka". For orders the sink's alone, as
// before there were other feeds: relays of both releases must not be active side by side.
std::string FeedSinkName(const std::string& schema, const std::string& sink);

// What one read takes: so many events, and none behind the one that made it so many bytes. Always one, however large.
struct ReadLimits {
  int events = 512;
  std::size_t bytes = 4 << 20;  // of payload
};

// Whether these events were cut off by the limits: then there may be more behind them.
bool IsFull(const std::vector<Event>& events, const ReadLimits& limits);

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

  // The next events behind `after`, within the limits, in order. Only what no open transaction can add to any more: a
  // row that commits late is not skipped but holds back what follows it.
  virtual absl::StatusOr<std::vector<Event>> Read(Position after, const ReadLimits& limits) = 0;

  // Moves the cursor. kAborted: it does not stand at `from`.
  virtual absl::Status Advance(Position from, Position to) = 0;

  // Keeps what was read and the sink refused for good, with the reason. Doing so twice is doing it once.
  virtual absl::Status Bury(const Event& event, const std::string& reason) = 0;

  // Keeps the session from being ended as idle; at least every few seconds.
  virtual absl::Status Heartbeat() = 0;
};

}  // namespace ordermesh::relay
