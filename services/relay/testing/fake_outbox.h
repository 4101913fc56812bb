// An outbox in memory, with the rules of the real one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libs/base/mutex.h"
#include "services/relay/app/outbox_store.h"

namespace ordermesh::relay {

// What all relays share. Thread-safe.
class FakeDatabase {
 public:
  // A transaction that has its id, and may hold back what is read until it ends.
  std::uint64_t Begin();
  void Insert(std::uint64_t xid, Event event);  // `at` is set
  void Commit(std::uint64_t xid);
  // All in one.
  void Append(Event event);

  // As a restored database would be: the next id is this one.
  void SetNextXid(std::uint64_t xid);
  void SetSystem(std::int64_t system);
  // Ends the session that holds a sink's lock; it notices at its next call.
  void EndSession(const std::string& sink);
  // While down, every call fails.
  void SetDown(bool down);

  Position cursor(const std::string& sink) const;
  std::vector<std::pair<base::Uuid, std::string>> dead(const std::string& sink) const;  // with the reason
  int heartbeats() const;

 private:
  friend class FakeOutbox;
  struct Row {
    Event event;
    bool committed = false;
  };
  struct Cursor {
    Position at;
    std::int64_t system = 0;
  };

  mutable base::Mutex mu_;
  std::map<Position, Row> rows_ ABSL_GUARDED_BY(mu_);
  std::set<std::uint64_t> open_ ABSL_GUARDED_BY(mu_);
  std::uint64_t next_xid_ ABSL_GUARDED_BY(mu_) = 100;
  std::int64_t next_position_ ABSL_GUARDED_BY(mu_) = 1;
  std::int64_t system_ ABSL_GUARDED_BY(mu_) = 1;
  bool down_ ABSL_GUARDED_BY(mu_) = false;
  int heartbeats_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, const void*> locks_ ABSL_GUARDED_BY(mu_);  // by sink, the session that holds it
  std::map<std::string, Cursor> cursors_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::map<base::Uuid, std::string>> dead_ ABSL_GUARDED_BY(mu_);
};

class FakeOutbox : public OutboxStore {
 public:
  FakeOutbox(FakeDatabase& database, std::string sink) : database_(database), sink_(std::move(sink)) {}
  ~FakeOutbox() override { Release(); }

  absl::StatusOr<bool> TryLock() override;
  void Release() override;
  absl::StatusOr<Position> LoadCursor() override;
  absl::StatusOr<std::vector<Event>> Read(Position after, const ReadLimits& limits) override;
  absl::Status Advance(Position from, Position to) override;
  absl::Status Bury(const Event& event, const std::string& reason) override;
  absl::Status Heartbeat() override;

 private:
  absl::Status Check() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(database_.mu_);

  FakeDatabase& database_;
  const std::string sink_;
};

}  // namespace ordermesh::relay
