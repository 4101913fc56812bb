// The notifier's sessions with the database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/connection.h"

namespace ordermesh::notifier {

// For sessions that run the notifier's statements: they join a few rows by their keys, and a plan that was made while
// the table was empty must neither scan it later nor sort all that is due. That makes plans look dear, but compiling
// one takes longer than it runs.
inline postgres::ConnectionOptions NotifierSession(std::string url, std::string application_name) {
  postgres::ConnectionOptions options;
  options.url = std::move(url);
  options.application_name = std::move(application_name);
  options.session_sql =
      "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
      "SET jit = off";
  return options;
}

}  // namespace ordermesh::notifier
