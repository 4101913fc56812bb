// The catalogue in PostgreSQL.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/postgres/connection.h"
#include "services/validation/catalog_store.h"

namespace ordermesh::validation {

// Rows carry the id of the transaction that last wrote them. A reading first takes the oldest transaction that is still
// open: everything below has ended and is seen by what it reads next; the next reading begins there.
class PostgresCatalogStore : public CatalogStore {
 public:
  struct Options {
    std::string database_url;
    // With the connection's margin, what hangs is told of within two seconds.
    absl::Duration connect_timeout = absl::Seconds(1);
    absl::Duration statement_timeout = absl::Milliseconds(700);
    int page = 10'000;  // rows of one statement; more changes than that are read as the whole
  };
  explicit PostgresCatalogStore(const Options& options);

  absl::StatusOr<CatalogRead> ReadAll() override;
  absl::StatusOr<CatalogRead> ReadChanges(std::uint64_t next) override;

 private:
  absl::Status AddAllProducts(CatalogRead& read);
  absl::Status AddAllCustomers(CatalogRead& read);

  const int page_;
  postgres::Connection connection_;
};

}  // namespace ordermesh::validation
