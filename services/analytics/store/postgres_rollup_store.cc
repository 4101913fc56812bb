#include "services/analytics/store/postgres_rollup_store.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/base/uuid_time.h"
#include "libs/stream/position_table.h"
#include "services/analytics/sql.h"

namespace ordermesh::analytics {
namespace {

using postgres::Array;
using postgres::Params;
using Pipeline = postgres::Connection::Pipeline;
using postgres::Statement;
using postgres::Type;

constexpr Statement kInsertSeenEvents{"insert_seen_events", sql::kInsertSeenEvents};
constexpr Statement kUpsertSales{"upsert_sales", sql::kUpsertSales};
constexpr Statement kUpsertOrderTotals{"upsert_order_totals", sql::kUpsertOrderTotals};
constexpr Statement kPruneSeenEvents{"prune_seen_events", sql::kPruneSeenEvents};
constexpr Statement kQuerySales{"query_sales", sql::kQuerySales};
constexpr Statement kQueryOrderTotals{"query_order_totals", sql::kQueryOrderTotals};

// Where each partition stands. For ever: its statements are prepared on every connection.
const stream::PositionTable& Offsets() {
  static const auto& table = *new stream::PositionTable("analytics.offsets");
  return table;
}

// Of the catalogue's feed, which the catalogue writes.
const stream::PositionTable& FeedOffsets() {
  static const auto& table = *new stream::PositionTable("catalog.feed_offsets");
  return table;
}

Amounts ReadAmounts(const postgres::Result& result, int row, int column) {
  Amounts amounts;
  for (Sums* sums : {&amounts.accepted, &amounts.cancelled, &amounts.paid, &amounts.shipped}) {
    sums->orders = result.Int8(row, column++);
    sums->units = result.Int8(row, column++);
    sums->revenue_minor = result.Int8(row, column++);
  }
  return amounts;
}

// The twelve columns of amounts as arrays.
class AmountArrays {
 public:
  explicit AmountArrays(std::size_t rows) {
    for (Array& array : arrays_) array.Reserve(static_cast<int>(rows), 8);
  }
  void Add(const Amounts& amounts) {
    std::size_t column = 0;
    for (const Sums* sums : {&amounts.accepted, &amounts.cancelled, &amounts.paid, &amounts.shipped}) {
      for (const std::int64_t value : {sums->orders, sums->units, sums->revenue_minor}) arrays_[column++].Add(value);
    }
  }
  void AppendTo(Params& params) {
    for (Array& array : arrays_) params.Array(array);
  }

 private:
  std::vector<Array> arrays_ = std::vector<Array>(12, Array(Type::kInt8));
};

Params SalesRows(const std::vector<SalesDelta>& sales) {
  Array buckets(Type::kTimestamptz), products(Type::kUuid), currencies(Type::kText), skus(Type::kText);
  AmountArrays amounts(sales.size());
  for (const SalesDelta& row : sales) {
    buckets.Add(row.bucket);
    products.Add(row.product_id);
    currencies.Add(absl::string_view(row.currency));
    skus.Add(absl::string_view(row.sku));
    amounts.Add(row.amounts);
  }
  Params params;
  params.Array(buckets).Array(products).Array(currencies).Array(skus);
  amounts.AppendTo(params);
  return params;
}

Params TotalsRows(const std::vector<TotalsDelta>& totals) {
  Array buckets(Type::kTimestamptz), currencies(Type::kText);
  AmountArrays amounts(totals.size());
  for (const TotalsDelta& row : totals) {
    buckets.Add(row.bucket);
    currencies.Add(absl::string_view(row.currency));
    amounts.Add(row.amounts);
  }
  Params params;
  params.Array(buckets).Array(currencies);
  amounts.AppendTo(params);
  return params;
}

// The batch's events sorted by id, each id once: sorted, so that two transactions can't wait for each other's ids.
std::vector<const SaleEvent*> Distinct(const std::vector<SaleEvent>& events) {
  std::vector<const SaleEvent*> distinct;
  distinct.reserve(events.size());
  for (const SaleEvent& event : events) distinct.push_back(&event);
  std::sort(distinct.begin(), distinct.end(),
            [](const SaleEvent* a, const SaleEvent* b) { return a->event_id < b->event_id; });
  distinct.erase(std::unique(distinct.begin(), distinct.end(),
                             [](const SaleEvent* a, const SaleEvent* b) { return a->event_id == b->event_id; }),
                 distinct.end());
  return distinct;
}

// Leaves those whose ids were inserted just now.
void KeepInserted(const postgres::Result& inserted, std::vector<const SaleEvent*>& events) {
  if (inserted.rows() == static_cast<int>(events.size())) return;  // nearly always
  absl::flat_hash_set<base::Uuid> fresh;
  for (int row = 0; row < inserted.rows(); ++row) fresh.insert(inserted.Uuid(row, 0));
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const SaleEvent* event) { return !fresh.contains(event->event_id); }),
               events.end());
}

}  // namespace

absl::StatusOr<Position> PostgresRollupStore::Load(const Partition& partition) {
  return Offsets().Load(db_, partition);
}

absl::Status PostgresRollupStore::Move(const Partition& partition, std::int64_t from, std::int64_t to,
                                       std::int64_t lost) {
  return Offsets().Move(db_, partition, from, to, lost);
}

absl::StatusOr<Applied> PostgresRollupStore::Apply(const EventBatch& batch) {
  std::vector<const SaleEvent*> distinct = Distinct(batch.events);
  Pipeline pipeline(db_);
  pipeline.Begin();
  Offsets().SendLock(pipeline, batch);
  if (!distinct.empty()) {
    Array ids(Type::kUuid);
    ids.Reserve(static_cast<int>(distinct.size()), base::Uuid::kBytes);
    for (const SaleEvent* event : distinct) ids.Add(event->event_id);
    pipeline.Send(kInsertSeenEvents, Params().Array(ids));
  }
  ASSIGN_OR_RETURN(std::vector<postgres::Result> locked, pipeline.Finish());
  absl::StatusOr<Applied> applied = Count(batch, locked, std::move(distinct));
  // What was refused before the commit left the transaction open.
  if (!applied.ok() && db_.in_transaction()) db_.Rollback().IgnoreError();
  return applied;
}

absl::StatusOr<Applied> PostgresRollupStore::Count(const EventBatch& batch, const std::vector<postgres::Result>& locked,
                                                   std::vector<const SaleEvent*> distinct) {
  RETURN_IF_ERROR(Offsets().CheckLocked(locked[0], batch));
  if (!distinct.empty()) KeepInserted(locked[1], distinct);
  absl::StatusOr<Deltas> deltas = Fold(distinct);
  if (!deltas.ok()) return absl::InvalidArgumentError(deltas.status().message());

  Pipeline pipeline(db_);
  if (!distinct.empty()) {
    if (!deltas->sales.empty()) pipeline.Send(kUpsertSales, SalesRows(deltas->sales));
    pipeline.Send(kUpsertOrderTotals, TotalsRows(deltas->totals));
  }
  Offsets().SendAdvance(pipeline, batch);
  pipeline.Commit();
  RETURN_IF_ERROR(pipeline.Finish().status());

  Applied applied;
  for (const SaleEvent* event : distinct) applied.Count(event->kind);
  applied.repeats = static_cast<std::int64_t>(batch.events.size() - distinct.size());
  return applied;
}

absl::StatusOr<stream::Positions> PostgresRollupStore::Positions() {
  ASSIGN_OR_RETURN(stream::Positions positions, Offsets().All(db_));
  ASSIGN_OR_RETURN(const stream::Positions feed, FeedOffsets().All(db_));
  positions.insert(positions.end(), feed.begin(), feed.end());
  return positions;
}

absl::StatusOr<std::int64_t> PostgresRollupStore::Prune(absl::Time before, int limit) {
  Params params;
  params.Uuid(prune_from_).Uuid(base::FirstIdOf(before)).Timestamp(before).Int4(limit);
  ASSIGN_OR_RETURN(postgres::Result pruned, db_.Execute(kPruneSeenEvents, params));
  // From here next time: searching from the table's start would wade through what was deleted until it is vacuumed.
  for (int row = 0; row < pruned.rows(); ++row) prune_from_ = std::max(prune_from_, pruned.Uuid(row, 0));
  return pruned.rows();
}

absl::StatusOr<std::vector<SalesFigure>> PostgresRollupStore::QuerySales(const SalesQuery& query) {
  const bool products = query.by_product || query.product_id.has_value() || query.sku.has_value();
  Params params;
  params.Timestamp(query.start).Timestamp(query.end).Int4(static_cast<int>(query.grain));
  if (products) {
    params.Bool(query.by_product);
    query.product_id.has_value() ? params.Uuid(*query.product_id) : params.Null(Type::kUuid);
    query.sku.has_value() ? params.Text(*query.sku) : params.Null(Type::kText);
  }
  params.Int4(query.max_rows);
  ASSIGN_OR_RETURN(postgres::Result rows, db_.Execute(products ? kQuerySales : kQueryOrderTotals, params));
  std::vector<SalesFigure> figures;
  figures.reserve(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) {
    SalesFigure figure;
    if (!rows.IsNull(row, 0)) figure.start = rows.Timestamp(row, 0);
    if (products && !rows.IsNull(row, 1)) figure.product_id = rows.Uuid(row, 1);
    if (products && !rows.IsNull(row, 2)) figure.sku = std::string(rows.Text(row, 2));
    figure.currency = std::string(rows.Text(row, products ? 3 : 1));
    figure.amounts = ReadAmounts(rows, row, products ? 4 : 2);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace ordermesh::analytics
