// The catalogue in PostgreSQL.
#pragma once

#include <string>

#include "libs/postgres/connection.h"
#include "libs/postgres/database.h"
#include "services/validation/app/catalog_store.h"

namespace ordermesh::validation {

class PostgresCatalogStore : public CatalogStore {
 public:
  struct Options {
    postgres::Database database;
    // With the connection's margin, what hangs is told of within two seconds.
    absl::Duration connect_timeout = absl::Seconds(1);
    absl::Duration statement_timeout = absl::Milliseconds(700);
    int page = 5000;  // rows of one statement
  };
  explicit PostgresCatalogStore(const Options& options);

  absl::StatusOr<CatalogPosition> Position() override;
  absl::StatusOr<CatalogPosition> ReadChanges(const CatalogPosition& since,
                                              absl::FunctionRef<void(CatalogPage)> take) override;
  absl::StatusOr<std::vector<domain::CatalogProduct>> ReadProducts(const domain::ProductId& after) override;
  absl::StatusOr<std::vector<StoredCustomer>> ReadCustomers(const std::string& after) override;

 private:
  // What has changed between the two, within the transaction that saw the latter.
  absl::Status ReadBetween(const CatalogPosition& since, const CatalogPosition& now,
                           absl::FunctionRef<void(CatalogPage)> take);
  // Declares the cursor and gives its rows to `take`.
  absl::Status ReadCursor(const postgres::Statement& declare, const postgres::Params& params,
                          const postgres::Statement& fetch, absl::FunctionRef<void(const postgres::Result&)> take);

  const postgres::Database database_;
  const int page_;
  const std::string fetch_products_, fetch_customers_;
  postgres::Connection connection_;
};

}  // namespace ordermesh::validation
