// What validation is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"

namespace ordermesh::validation {

struct ValidationConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50052", .ops_listen = "127.0.0.1:51052"};
  std::string database_url = "postgres://ordermesh_validation@127.0.0.1/ordermesh";
  absl::Duration catalog_poll = absl::Milliseconds(500);
  absl::Duration catalog_full_reload = absl::Minutes(10);
  absl::Duration snapshot_max_age = absl::Seconds(30);
  absl::Duration database_grace = absl::Milliseconds(800);

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::validation
