// Where the catalogue is read from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/domain/rules.h"

namespace ordermesh::validation {

struct StoredCustomer {
  std::string id;
  std::string email;
  bool active = false;
};

// Some rows of the catalogue.
struct CatalogPage {
  std::vector<domain::CatalogProduct> products;
  std::vector<StoredCustomer> customers;
};

// What the database held at one moment: what every transaction had written whose number is less than `end`, but for
// those that were open.
struct CatalogPosition {
  std::uint64_t end = 0;
  std::vector<std::uint64_t> open;
};

// Of one thread at a time. Products and customers are deactivated, never deleted: a change tells of a deletion nothing,
// only its absence from the whole does.
//   kUnavailable         the database can't be reached
//   kFailedPrecondition  its schema is not the one that is needed
//   otherwise            as postgres::Connection
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  // Of now. Rows that are read later are at least so new.
  virtual absl::StatusOr<CatalogPosition> Position() = 0;

  // Gives what has been committed since, page by page, and returns where the next reading goes on. A row is given once
  // for each change, however long other transactions stay open; the rows are those of one moment. After an error some
  // may have been given: read from `since` again.
  //   kOutOfRange  `since` is not of this database: it was restored from an older one. Read everything anew
  virtual absl::StatusOr<CatalogPosition> ReadChanges(const CatalogPosition& since,
                                                      absl::FunctionRef<void(CatalogPage)> take) = 0;

  // A page of everything, in the order of ids, from behind `after`. Empty: there is no more.
  virtual absl::StatusOr<std::vector<domain::CatalogProduct>> ReadProducts(const domain::ProductId& after) = 0;
  virtual absl::StatusOr<std::vector<StoredCustomer>> ReadCustomers(const std::string& after) = 0;
};

}  // namespace ordermesh::validation
