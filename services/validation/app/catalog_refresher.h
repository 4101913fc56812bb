// Keeps the catalogue in memory current.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/timer.h"
#include "libs/mesh/health.h"
#include "services/validation/app/admit.h"
#include "services/validation/app/catalog_snapshot.h"
#include "services/validation/app/catalog_store.h"
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
  // Of everything, between two readings of changes, which must not wait for a million rows.
  static constexpr int kReloadPages = 4;

  CatalogRefresher(Options options, CatalogStore& store, CurrentCatalog& current, mesh::Readiness& readiness,
                   CatalogMetrics metrics, base::Clock& clock, base::Timer& timer);

 private:
  // Everything, as far as it has been read; changes go into it too.
  struct Reload {
    CatalogBuilder builder = CatalogBuilder::Anew();
    domain::ProductId after_product;
    bool products_done = false;
    std::string after_customer;
    bool at_once = false;  // what is served meanwhile is of no use
  };

  void Loop(std::stop_token stop);
  void Refresh();
  absl::Status Read(base::SteadyTime now);
  // Puts what has changed into a snapshot, and into what is read anew.
  absl::Status FollowChanges(base::SteadyTime now);
  // Everything is read again, from the start.
  absl::Status BeginReload(base::SteadyTime now);
  // Reads some pages; all that are left when nothing can be served meanwhile.
  absl::Status ContinueReload(base::SteadyTime now);
  // Whether there was one more.
  absl::StatusOr<bool> ReadPage();
  void Publish(CatalogBuilder builder, base::SteadyTime now, bool everything);
  void Admitted(CatalogPage& page);
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
  CatalogPosition position_;
  bool following_ = false;  // position_ is where the next reading of changes begins
  std::optional<Reload> reload_;
  base::SteadyTime last_reload_ = base::SteadyTime::InfinitePast();
  absl::Time as_of_ = absl::InfinitePast();  // when the reading began that is under way
  // Snapshots that a thread may still look at: freed here, when none does.
  std::vector<std::shared_ptr<const CatalogSnapshot>> retired_;
  // When the first of the readings began that have failed one after the other: long ago, when none has succeeded.
  base::SteadyTime failing_since_ = base::SteadyTime::InfinitePast();
  std::jthread thread_;  // Last: it uses what stands above.
};

// UNAVAILABLE with reason CATALOG_STALE: there is no snapshot, or it is older than `max_age`.
absl::Status CheckFresh(const PinnedCatalog& catalog, base::SteadyTime now, absl::Duration max_age);

}  // namespace ordermesh::validation
