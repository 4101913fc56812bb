#include "services/validation/catalog_refresher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::validation {

absl::Status CheckFresh(const PinnedCatalog& catalog, base::SteadyTime now, absl::Duration max_age) {
  if (catalog.snapshot != nullptr && now - catalog.read_at <= max_age) return absl::OkStatus();
  const std::string message = catalog.snapshot == nullptr ? "the catalogue has not been read yet"
                                                          : absl::StrCat("the catalogue in memory is older than ",
                                                                         absl::FormatDuration(max_age));
  return domain::ToStatus({.code = absl::StatusCode::kUnavailable,
                           .message = message,
                           .reason = domain::reasons::kCatalogStale,
                           .retry_after = absl::Seconds(1)});
}

CatalogRefresher::CatalogRefresher(Options options, CatalogStore& store, CurrentCatalog& current,
                                   mesh::Readiness& readiness, CatalogMetrics metrics, base::Clock& clock,
                                   base::Timer& timer)
    : options_(options),
      store_(store),
      current_(current),
      readiness_(readiness),
      metrics_(metrics),
      clock_(clock),
      timer_(timer),
      started_(timer.SteadyNow()),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

void CatalogRefresher::Loop(std::stop_token stop) {
  do {
    Refresh();
  } while (timer_.SleepFor(failing() ? std::min(kRetryPause, options_.poll_interval) : options_.poll_interval, stop));
}

void CatalogRefresher::Refresh() {
  const base::SteadyTime began = timer_.SteadyNow();
  const absl::Status read = Read(began);
  (read.ok() ? metrics_.reads_ok : metrics_.reads_failed).Add();
  failing_since_ = read.ok() ? base::SteadyTime::InfiniteFuture() : std::min(failing_since_, began);
  Report(read);
}

absl::Status CatalogRefresher::Read(base::SteadyTime now) {
  const absl::Time as_of = clock_.Now();  // before it is read
  PinnedCatalog before = current_.Get();
  const bool everything = before.snapshot == nullptr || now - last_full_ >= options_.full_reload;
  ASSIGN_OR_RETURN(CatalogRead read, everything ? store_.ReadAll() : store_.ReadChanges(next_));
  next_ = read.next;
  if (read.whole) last_full_ = now;
  for (domain::CatalogProduct& product : read.products) admit_.Product(product);
  for (StoredCustomer& customer : read.customers) admit_.Customer(customer);
  admit_.Report();

  PinnedCatalog after{nullptr, as_of, now};
  after.snapshot = before.snapshot == nullptr ? CatalogSnapshot::Make(std::move(read))
                                              : CatalogSnapshot::Next(before.snapshot, std::move(read));
  if (after.snapshot != before.snapshot) {
    metrics_.snapshots.Add();
    metrics_.products.Set(static_cast<double>(after.snapshot->products()));
    metrics_.customers.Set(static_cast<double>(after.snapshot->customers()));
    base::LogInfo("catalog_read", {{"products", after.snapshot->products()},
                                   {"customers", after.snapshot->customers()},
                                   {"everything", everything}});
  }
  current_.Set(std::move(after));
  return absl::OkStatus();
}

void CatalogRefresher::Report(const absl::Status& read) {
  const PinnedCatalog catalog = current_.Get();
  const base::SteadyTime now = timer_.SteadyNow();
  metrics_.age_seconds.Set(absl::ToDoubleSeconds(now - (catalog.snapshot == nullptr ? started_ : catalog.read_at)));
  const bool outdated = absl::IsFailedPrecondition(read);
  const bool lost = !read.ok() && !outdated && now - failing_since_ >= options_.database_grace;
  readiness_.Report(kDatabase, lost ? read : absl::OkStatus());
  readiness_.Report(kCatalog, outdated ? read : CheckFresh(catalog, now, options_.max_age));
}

}  // namespace ordermesh::validation
