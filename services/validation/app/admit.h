// What of the catalogue orders may be made of.
#pragma once

#include <cstdint>
#include <string>

#include "libs/domain/rules.h"
#include "services/validation/app/catalog_store.h"

namespace ordermesh::validation {

// Brings what was read within the limits of the contract, since a database may hold rows that are older than its
// checks: whatever order comes of it, it is within kLargestOrderBytes. Belongs to one thread.
//
//   a product of an unknown currency or with a SKU that is too long   is not for sale
//   a product's name that is too long                                 is cut
//   a customer with an id that is too long                            is not active
//   a customer's e-mail address that is too long                      counts as none
class Admit {
 public:
  void Product(domain::CatalogProduct& product);
  void Customer(StoredCustomer& customer);

  // Logs how many rows were changed since the last time, and one of them: not each, since there may be a million.
  void Report();

 private:
  struct Finding {
    std::int64_t rows = 0;
    std::string example;
  };
  void Note(Finding& finding, const std::string& key);

  Finding products_, customers_;
};

}  // namespace ordermesh::validation
