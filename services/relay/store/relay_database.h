// The relay's database.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libs/postgres/database.h"

namespace ordermesh::relay {

// `migrations`: those that made the outboxes of its feeds.
inline postgres::Database ServiceDatabase(std::string url, std::vector<std::string> migrations) {
  return {.url = std::move(url), .application = "ordermesh-relay", .migrations = std::move(migrations)};
}

}  // namespace ordermesh::relay
