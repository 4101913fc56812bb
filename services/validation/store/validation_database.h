// The validator's database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/database.h"

namespace ordermesh::validation {

inline postgres::Database ServiceDatabase(std::string url) {
  return {.url = std::move(url), .application = "ordermesh-validation", .migrations = {"catalog/0007_catalogue"}};
}

}  // namespace ordermesh::validation
