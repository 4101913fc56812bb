// The outbox as its upkeep sees it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ordermesh::relay {

// Belongs to one thread.
class UpkeepStore {
 public:
  virtual ~UpkeepStore() = default;

  // What a sink has not got.
  struct Backlog {
    std::int64_t depth = 0;     // an estimate beyond 10,000
    absl::Duration oldest_age;  // zero when there is none
  };
  virtual absl::StatusOr<Backlog> Measure(const std::string& sink) = 0;

  // The oldest writing transaction of the server, which holds back all that began after it.
  struct Transaction {
    int pid = 0;  // 0: there is none
    absl::Duration age;
  };
  virtual absl::StatusOr<Transaction> OldestTransaction() = 0;

  // Removes up to `limit` events that are behind the cursors of all `sinks` and older than `retention`. How many went;
  // none while another relay prunes, or while one of the sinks has never begun.
  virtual absl::StatusOr<std::int64_t> Prune(const std::vector<std::string>& sinks, absl::Duration retention,
                                             int limit) = 0;
};

}  // namespace ordermesh::relay
