#include "services/catalog/store/sessions.h"

#include "libs/api/refusals.h"
#include "libs/domain/refusal.h"

namespace ordermesh::catalog {
namespace {

// Lists are planned each time, for the filters and the sizes of the moment, and come in the order of their index: a
// bitmap is of all that matches before the first row comes.
postgres::ConnectionOptions QuerySession(const postgres::Database& database) {
  postgres::ConnectionOptions session = database.Queries("");
  session.session_sql += "; SET plan_cache_mode = force_custom_plan; SET enable_bitmapscan = off";
  return session;
}

}  // namespace

Sessions::Sessions(const Options& options, base::Metrics& metrics, base::Timer& timer)
    : timer_(timer),
      give_up_after_(options.give_up_after),
      unknown_outcomes_(metrics.AddCounter("ordermesh_catalog_unknown_outcomes_total",
                                           "Commits of the catalogue whose outcome was not known at first.")),
      queries_({.threads = options.query_connections, .max_queued = options.max_waiting},
               aio::PoolMetrics(metrics, "queries"), postgres::MakeConnections(QuerySession(options.database))),
      changes_({.threads = options.change_connections, .max_queued = options.max_waiting},
               aio::PoolMetrics(metrics, "changes"), postgres::MakeConnections(options.database.Queries("changes"))) {}

bool Sessions::IsRefusal(const absl::Status& status) { return !domain::RefusalOf(status).reason.empty(); }

bool Sessions::Lost(const absl::Status& status) {
  return !IsRefusal(status) && postgres::FailureOf(status).trouble == base::StoreTrouble::kUnreachable;
}

absl::Status Sessions::Refusal(const absl::Status& status, const api::StoreWords& words) {
  return api::StoreRefusal(status, postgres::FailureOf(status), words);
}

absl::Status Sessions::OutcomeUnknown() { return api::OutcomeUnknown("database", "not reachable"); }

}  // namespace ordermesh::catalog
