// Keeps the catalogue in memory current.
#pragma once

#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/timer.h"
#include "libs/mesh/health.h"
#include "services/validation/admit.h"
#include "services/validation/catalog_snapshot.h"
#include "services/validation/catalog_store.h"
#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {

// Reads changes from a thread of its own, and reports "database" (whether it can be read) and "catalog" (whether the
// snapshot is fresh enough to be used). A validator that is not ready gets no orders, and it can price them from its
// snapshot: so a database that fails once, or for a moment, is not told of. The dependencies must outlive it.
class CatalogRefresher {
 public:
  static constexpr char kDatabase[] = "database";
  static constexpr char kCatalog[] = "catalog";

  struct Options {
    absl::Duration poll_interval = absl::Milliseconds(500);
    // Everything is read again, for what no change tells of: a deleted row, a trigger that was off.
    absl::Duration full_reload = absl::Minutes(10);
    absl::Duration max_age = absl::Seconds(30);
    // How long readings must have failed until "database" does, when one has succeeded before. With the poll interval
    // and the time that a reading takes to fail, less than the two seconds in which a lost database is to be named.
    absl::Duration database_grace = absl::Milliseconds(800);
  };
  // After a failed reading, if that is less than the poll interval.
  static constexpr absl::Duration kRetryPause = absl::Milliseconds(250);

  CatalogRefresher(Options options, CatalogStore& store, CurrentCatalog& current, mesh::Readiness& readiness,
                   CatalogMetrics metrics, base::Clock& clock, base::Timer& timer);

 private:
  void Loop(std::stop_token stop);
  void Refresh();
  absl::Status Read(base::SteadyTime now);
  void Report(const absl::Status& read);
  bool failing() const { return failing_since_ != base::SteadyTime::InfiniteFuture(); }

  const Options options_;
  CatalogStore& store_;
  CurrentCatalog& current_;
  mesh::Readiness& readiness_;
  const CatalogMetrics metrics_;
  base::Clock& clock_;
  base::Timer& timer_;
  const base::SteadyTime started_;
  // The thread's.
  Admit admit_;
  std::uint64_t next_ = 0;
  base::SteadyTime last_full_ = base::SteadyTime::InfinitePast();
  // When the first of the readings began that have failed one after the other: long ago, when none has succeeded.
  base::SteadyTime failing_since_ = base::SteadyTime::InfinitePast();
  std::jthread thread_;  // Last: it uses what stands above.
};

// UNAVAILABLE with reason CATALOG_STALE: there is no snapshot, or it is older than `max_age`.
absl::Status CheckFresh(const PinnedCatalog& catalog, base::SteadyTime now, absl::Duration max_age);

}  // namespace ordermesh::validation
