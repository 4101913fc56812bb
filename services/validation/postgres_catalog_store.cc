#include "services/validation/postgres_catalog_store.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/postgres/schema_check.h"
#include "services/validation/sql.h"

namespace ordermesh::validation {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

// The newest migration that our SQL needs.
constexpr char kMigration[] = "catalog/0001_catalog";

constexpr Statement kHorizon{"catalog_horizon", sql::kCatalogHorizon};
constexpr Statement kChangedProducts{"changed_products", sql::kChangedProducts};
constexpr Statement kChangedCustomers{"changed_customers", sql::kChangedCustomers};
constexpr Statement kAllProducts{"all_products", sql::kAllProducts};
constexpr Statement kAllCustomers{"all_customers", sql::kAllCustomers};

postgres::ConnectionOptions Session(const PostgresCatalogStore::Options& options) {
  postgres::ConnectionOptions session;
  session.url = options.database_url;
  session.application_name = "ordermesh-validation";
  session.connect_timeout = options.connect_timeout;
  session.statement_timeout = options.statement_timeout;
  session.answer_margin = absl::Milliseconds(300);
  return session;
}

void AddProducts(const Result& rows, CatalogRead& read) {
  for (int row = 0; row < rows.rows(); ++row) {
    read.products.push_back({.id = rows.Uuid(row, 0),
                             .sku = std::string(rows.Text(row, 1)),
                             .name = std::string(rows.Text(row, 2)),
                             .price = {rows.Int8(row, 3), std::string(rows.Text(row, 4))},
                             .active = rows.Bool(row, 5)});
  }
}

void AddCustomers(const Result& rows, CatalogRead& read) {
  for (int row = 0; row < rows.rows(); ++row) {
    read.customers.push_back({std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1)), rows.Bool(row, 2)});
  }
}

}  // namespace

PostgresCatalogStore::PostgresCatalogStore(const Options& options)
    : page_(options.page), connection_(Session(options)) {}

absl::StatusOr<CatalogRead> PostgresCatalogStore::ReadAll() {
  RETURN_IF_ERROR(postgres::CheckMigration(connection_, kMigration));
  ASSIGN_OR_RETURN(const Result horizon, connection_.Execute(kHorizon));
  CatalogRead read{.whole = true, .next = horizon.Xid8(0, 0)};
  // What changes between two pages is younger than the horizon: the next reading of changes has it.
  RETURN_IF_ERROR(AddAllProducts(read));
  RETURN_IF_ERROR(AddAllCustomers(read));
  return read;
}

absl::Status PostgresCatalogStore::AddAllProducts(CatalogRead& read) {
  base::Uuid after;
  for (;;) {
    ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kAllProducts, Params().Uuid(after).Int8(page_)));
    AddProducts(rows, read);
    if (rows.rows() < page_) return absl::OkStatus();
    after = read.products.back().id;
  }
}

absl::Status PostgresCatalogStore::AddAllCustomers(CatalogRead& read) {
  std::string after;
  for (;;) {
    ASSIGN_OR_RETURN(const Result rows, connection_.Execute(kAllCustomers, Params().Text(after).Int8(page_)));
    AddCustomers(rows, read);
    if (rows.rows() < page_) return absl::OkStatus();
    after = read.customers.back().id;
  }
}

absl::StatusOr<CatalogRead> PostgresCatalogStore::ReadChanges(std::uint64_t next) {
  const Params changed = Params().Xid8(next).Int8(page_);
  postgres::Connection::Pipeline pipeline(connection_);
  // One transaction, but READ COMMITTED: each statement sees at least what the one before saw.
  pipeline.Send(kHorizon);
  pipeline.Send(kChangedProducts, changed);
  pipeline.Send(kChangedCustomers, changed);
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());

  CatalogRead read{.next = results[0].Xid8(0, 0)};
  // Transaction ids that went back: this is another database now, restored from an older copy.
  const bool restored = read.next < next;
  if (restored || results[1].rows() == page_ || results[2].rows() == page_) return ReadAll();
  AddProducts(results[1], read);
  AddCustomers(results[2], read);
  return read;
}

}  // namespace ordermesh::validation
