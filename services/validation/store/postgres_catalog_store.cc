#include "services/validation/store/postgres_catalog_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/validation/sql.h"

namespace ordermesh::validation {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kPosition{"catalog_position", sql::kCatalogPosition};
constexpr Statement kAllProducts{"all_products", sql::kAllProducts};
constexpr Statement kAllCustomers{"all_customers", sql::kAllCustomers};

// A cursor, so that many changes are read page by page and yet as of one moment.
Statement Declare(const char* name, const char* cursor, const char* sql, std::string& text) {
  text = absl::StrCat("DECLARE ", cursor, " NO SCROLL CURSOR FOR ", sql);
  return {name, text.c_str()};
}
const Statement& DeclareProducts() {
  static auto& text = *new std::string;
  static const Statement statement = Declare("declare_products", "changed_products", sql::kChangedProducts, text);
  return statement;
}
const Statement& DeclareCustomers() {
  static auto& text = *new std::string;
  static const Statement statement = Declare("declare_customers", "changed_customers", sql::kChangedCustomers, text);
  return statement;
}

postgres::ConnectionOptions Session(const PostgresCatalogStore::Options& options) {
  postgres::ConnectionOptions session = options.database.Queries("", options.statement_timeout);
  session.connect_timeout = options.connect_timeout;
  session.answer_margin = absl::Milliseconds(300);
  return session;
}

CatalogPosition ToPosition(const Result& rows) {
  CatalogPosition position{.end = rows.Xid8(0, 0)};
  for (int row = 0; row < rows.rows(); ++row) {
    if (!rows.IsNull(row, 1)) position.open.push_back(rows.Xid8(row, 1));
  }
  return position;
}

std::vector<domain::CatalogProduct> ToProducts(const Result& rows) {
  std::vector<domain::CatalogProduct> products;
  products.reserve(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) {
    products.push_back({.id = rows.Uuid(row, 0),
                        .sku = std::string(rows.Text(row, 1)),
                        .name = std::string(rows.Text(row, 2)),
                        .price = {rows.Int8(row, 3), std::string(rows.Text(row, 4))},
                        .active = rows.Bool(row, 5)});
  }
  return products;
}

std::vector<StoredCustomer> ToCustomers(const Result& rows) {
  std::vector<StoredCustomer> customers;
  customers.reserve(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) {
    customers.push_back({std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1)), rows.Bool(row, 2)});
  }
  return customers;
}

}  // namespace

PostgresCatalogStore::PostgresCatalogStore(const Options& options)
    : database_(options.database),
      page_(options.page),
      fetch_products_(absl::StrCat("FETCH FORWARD ", page_, " FROM changed_products")),
      fetch_customers_(absl::StrCat("FETCH FORWARD ", page_, " FROM changed_customers")),
      connection_(Session(options)) {}

absl::StatusOr<CatalogPosition> PostgresCatalogStore::Position() {
  RETURN_IF_ERROR(postgres::CheckDatabase(connection_, database_).schema);
  ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kPosition));
  return ToPosition(rows);
}

absl::StatusOr<CatalogPosition> PostgresCatalogStore::ReadChanges(const CatalogPosition& since,
                                                                  absl::FunctionRef<void(CatalogPage)> take) {
  RETURN_IF_ERROR(connection_.Begin());
  RETURN_IF_ERROR(connection_.Run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kPosition));
  CatalogPosition now = ToPosition(rows);
  const bool other_database = now.end < since.end;
  if (!other_database) RETURN_IF_ERROR(ReadBetween(since, now, take));
  RETURN_IF_ERROR(connection_.Commit());
  if (other_database) {
    return absl::OutOfRangeError("catalogue: transaction ids went back; the database was restored");
  }
  return now;
}

absl::Status PostgresCatalogStore::ReadBetween(const CatalogPosition& since, const CatalogPosition& now,
                                               absl::FunctionRef<void(CatalogPage)> take) {
  // Only what has ended: a transaction that stays open may have written a million rows, which nobody can see yet.
  postgres::Array ended(postgres::Type::kXid8);
  for (const std::uint64_t id : since.open) {
    if (std::find(now.open.begin(), now.open.end(), id) == now.open.end()) ended.Add(static_cast<std::int64_t>(id));
  }
  if (ended.size() == 0 && since.end == now.end) return absl::OkStatus();
  const Params params = Params().Xid8(since.end).Xid8(now.end).Array(ended);
  RETURN_IF_ERROR(ReadCursor(DeclareProducts(), params, {"fetch_products", fetch_products_.c_str()},
                             [&](const Result& rows) { take({.products = ToProducts(rows)}); }));
  return ReadCursor(DeclareCustomers(), params, {"fetch_customers", fetch_customers_.c_str()},
                    [&](const Result& rows) { take({.customers = ToCustomers(rows)}); });
}

absl::Status PostgresCatalogStore::ReadCursor(const Statement& declare, const Params& params, const Statement& fetch,
                                              absl::FunctionRef<void(const Result&)> take) {
  RETURN_IF_ERROR(connection_.Execute(declare, params).status());
  for (;;) {
    ASSIGN_OR_RETURN(const Result rows, connection_.Execute(fetch));
    if (rows.rows() > 0) take(rows);
    if (rows.rows() < page_) return absl::OkStatus();
  }
}

absl::StatusOr<std::vector<domain::CatalogProduct>> PostgresCatalogStore::ReadProducts(const domain::ProductId& after) {
  ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kAllProducts, Params().Uuid(after).Int8(page_)));
  return ToProducts(rows);
}

absl::StatusOr<std::vector<StoredCustomer>> PostgresCatalogStore::ReadCustomers(const std::string& after) {
  ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kAllCustomers, Params().Text(after).Int8(page_)));
  return ToCustomers(rows);
}

}  // namespace ordermesh::validation
