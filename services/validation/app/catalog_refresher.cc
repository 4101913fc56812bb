#include "services/validation/app/catalog_refresher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/domain/reasons.h"

namespace ordermesh::validation {

absl::Status CheckFresh(const PinnedCatalog& catalog, base::SteadyTime now, absl::Duration max_age) {
  if (catalog.snapshot != nullptr && now - catalog.read_at <= max_age) return absl::OkStatus();
  const std::string message = catalog.snapshot == nullptr ? "the catalogue has not been read yet"
                                                          : absl::StrCat("the catalogue in memory is older than ",
                                                                         absl::FormatDuration(max_age));
  return api::Unavailable(domain::reasons::kCatalogStale, "validation", message, absl::Seconds(1));
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
  as_of_ = clock_.Now();  // before it is read
  std::erase_if(retired_, [](const auto& snapshot) { return snapshot.use_count() == 1; });
  if (following_) {
    const absl::Status followed = FollowChanges(now);
    following_ = !absl::IsOutOfRange(followed);
    if (following_) RETURN_IF_ERROR(followed);
    if (!following_) base::LogWarning("catalog_restored", {{"reason", followed.message()}});
  }
  if (!following_ || (!reload_.has_value() && now - last_reload_ >= options_.full_reload)) {
    RETURN_IF_ERROR(BeginReload(now));
  }
  return reload_.has_value() ? ContinueReload(now) : absl::OkStatus();
}

absl::Status CatalogRefresher::FollowChanges(base::SteadyTime now) {
  const std::shared_ptr<const CatalogSnapshot> before = current_.Get().snapshot;
  CatalogBuilder next = CatalogBuilder::From(before);
  const auto take = [&](CatalogPage page) {
    Admitted(page);
    metrics_.rows_changed.Add(static_cast<double>(page.products.size() + page.customers.size()));
    for (domain::CatalogProduct& product : page.products) {
      const SharedProduct shared = CatalogBuilder::Share(std::move(product), before.get());
      next.Put(shared);
      if (reload_.has_value()) reload_->builder.Put(shared);
    }
    for (StoredCustomer& customer : page.customers) {
      if (!customer.active) {
        next.ForgetCustomer(customer.id);
        if (reload_.has_value()) reload_->builder.ForgetCustomer(customer.id);
        continue;
      }
      const SharedCustomer shared = CatalogBuilder::Share(std::move(customer), before.get());
      next.Put(shared);
      if (reload_.has_value()) reload_->builder.Put(shared);
    }
  };
  ASSIGN_OR_RETURN(position_, store_.ReadChanges(position_, take));
  admit_.Report();
  if (before != nullptr) Publish(std::move(next), now, /*everything=*/false);
  return absl::OkStatus();
}

absl::Status CatalogRefresher::BeginReload(base::SteadyTime now) {
  if (!following_) {
    ASSIGN_OR_RETURN(position_, store_.Position());
  }
  reload_.emplace();
  reload_->at_once = !std::exchange(following_, true);
  last_reload_ = now;
  return absl::OkStatus();
}

absl::Status CatalogRefresher::ContinueReload(base::SteadyTime now) {
  for (int pages = 0; reload_->at_once || pages < kReloadPages; ++pages) {
    ASSIGN_OR_RETURN(const bool more, ReadPage());
    if (more) continue;
    admit_.Report();
    Publish(std::move(reload_->builder), now, /*everything=*/true);
    reload_.reset();
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CatalogRefresher::ReadPage() {
  const std::shared_ptr<const CatalogSnapshot> known = current_.Get().snapshot;
  CatalogPage page;
  if (!reload_->products_done) {
    ASSIGN_OR_RETURN(page.products, store_.ReadProducts(reload_->after_product));
    reload_->products_done = page.products.empty();
    if (!page.products.empty()) reload_->after_product = page.products.back().id;
  } else {
    ASSIGN_OR_RETURN(page.customers, store_.ReadCustomers(reload_->after_customer));
    if (page.customers.empty()) return false;
    reload_->after_customer = page.customers.back().id;
  }
  Admitted(page);
  metrics_.rows_reloaded.Add(static_cast<double>(page.products.size() + page.customers.size()));
  for (domain::CatalogProduct& product : page.products) {
    reload_->builder.Put(CatalogBuilder::Share(std::move(product), known.get()));
  }
  for (StoredCustomer& customer : page.customers) {
    if (customer.active) reload_->builder.Put(CatalogBuilder::Share(std::move(customer), known.get()));
  }
  return true;
}

void CatalogRefresher::Admitted(CatalogPage& page) {
  for (domain::CatalogProduct& product : page.products) admit_.Product(product);
  for (StoredCustomer& customer : page.customers) admit_.Customer(customer);
}

void CatalogRefresher::Publish(CatalogBuilder builder, base::SteadyTime now, bool everything) {
  PinnedCatalog before = current_.Get();
  const PinnedCatalog after{std::move(builder).Finish(before.snapshot), as_of_, now};
  current_.Set(after);
  if (after.snapshot == before.snapshot) return;
  if (before.snapshot != nullptr) retired_.push_back(std::move(before.snapshot));
  metrics_.snapshots.Add();
  metrics_.products.Set(static_cast<double>(after.snapshot->products()));
  metrics_.customers.Set(static_cast<double>(after.snapshot->customers()));
  base::LogInfo("catalog_read", {{"products", after.snapshot->products()},
                                 {"customers", after.snapshot->customers()},
                                 {"everything", everything}});
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
