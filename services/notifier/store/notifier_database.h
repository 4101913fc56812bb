// The notifier's database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/database.h"

namespace ordermesh::notifier {

// Its statements join a few rows by their keys, and a plan that was made while the table was empty must neither scan it
// later nor sort all that is due. That makes plans look dear, but compiling one takes longer than it runs.
inline postgres::Database ServiceDatabase(std::string url) {
  return {.url = std::move(url),
          .application = "ordermesh-notifier",
          .migrations = {"catalog/0007_catalogue", "notifications/0008_resends"},
          .session_sql =
              "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; "
              "SET enable_mergejoin = off; SET jit = off"};
}

}  // namespace ordermesh::notifier
