// Keeps the catalogue in memory current.
#pragma once

#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/mesh/health.h"
#include "services/validation/catalog_snapshot.h"
#include "services/validation/catalog_store.h"
#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {

// Reads changes from a thread of its own, and reports "database" (the last reading's outcome) and "catalog" (whether
// the snapshot is fresh enough to be used). The dependencies must outlive it.
class CatalogRefresher {
 public:
  static constexpr char kDatabase[] = "database";
  static constexpr char kCatalog[] = "catalog";

  struct Options {
    absl::Duration poll_interval = absl::Milliseconds(500);
    // Everything is read again, for what no change tells of: a deleted row, a trigger that was off.
    absl::Duration full_reload = absl::Minutes(10);
    absl::Duration max_age = absl::Seconds(30);
  };

  CatalogRefresher(Options options, CatalogStore& store, CurrentCatalog& current, mesh::Readiness& readiness,
                   CatalogMetrics metrics, base::Clock& clock);

 private:
  void Loop(std::stop_token stop);
  void Refresh();
  absl::Status Read(absl::Time now);
  void Report(const absl::Status& read);

  const Options options_;
  CatalogStore& store_;
  CurrentCatalog& current_;
  mesh::Readiness& readiness_;
  const CatalogMetrics metrics_;
  base::Clock& clock_;
  const absl::Time started_;
  // The thread's.
  std::uint64_t next_ = 0;
  absl::Time last_full_ = absl::InfinitePast();
  std::jthread thread_;  // Last: it uses what stands above.
};

// UNAVAILABLE with reason CATALOG_STALE: there is no snapshot, or it is older than `max_age`.
absl::Status CheckFresh(const PinnedCatalog& catalog, absl::Time now, absl::Duration max_age);

}  // namespace ordermesh::validation
