// A request that may come again: by its key it is told from others, by its fingerprint from one that asks for something
// else.
#pragma once

#include <string>

namespace ordermesh::catalog {

// As catalog.requests has them.
enum class RequestKind { kCreateProduct = 1, kCreateCustomer = 2, kAdjustStock = 3 };

struct Request {
  RequestKind kind = RequestKind::kCreateProduct;
  std::string caller;
  std::string request_id;   // of the server's making when the client gave none
  std::string fingerprint;  // of what the client asked for
};

}  // namespace ordermesh::catalog
