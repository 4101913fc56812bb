// Where the catalogue is read from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/domain/rules.h"

namespace ordermesh::validation {

struct StoredCustomer {
  std::string id;
  std::string email;
  bool active = false;
};

// What was read, and where the next reading of changes has to begin.
struct CatalogRead {
  std::vector<domain::CatalogProduct> products;
  std::vector<StoredCustomer> customers;
  bool whole = false;  // everything; what isn't here is no more
  std::uint64_t next = 0;
};

// Of one thread at a time. Products and customers are deactivated, never deleted: a deletion is seen by ReadAll alone.
//   kUnavailable         the database can't be reached
//   kFailedPrecondition  its schema is not the one that is needed
//   otherwise            as postgres::Connection
class CatalogStore {
 public:
  virtual ~CatalogStore() = default;

  virtual absl::StatusOr<CatalogRead> ReadAll() = 0;

  // Everything that changed since the reading that gave `next`, and possibly more: what was open then is read again
  // until it has ended, so that a change that commits late is never missed. The whole catalogue when that is simpler.
  virtual absl::StatusOr<CatalogRead> ReadChanges(std::uint64_t next) = 0;
};

}  // namespace ordermesh::validation
