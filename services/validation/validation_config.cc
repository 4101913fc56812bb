#include "services/validation/validation_config.h"

namespace ordermesh::validation {

void ValidationConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  fields
      .Milliseconds("catalog_poll_ms", catalog_poll,
                    "how often changes of the catalogue are read; a new price counts after at most so long")
      .AtLeast(10)
      .AtMost(60'000);
  fields
      .Seconds("catalog_full_reload_s", catalog_full_reload,
               "how often the whole catalogue is read again, for what no change tells of")
      .AtLeast(1);
  fields
      .Milliseconds("snapshot_max_age_ms", snapshot_max_age,
                    "how old the catalogue in memory may be; beyond: not ready, and UNAVAILABLE")
      .AtLeast(1000);
  fields
      .Milliseconds("database_grace_ms", database_grace,
                    "how long readings of the catalogue must have failed before the process is not ready for it")
      .AtLeast(0)
      .AtMost(60'000);
}

}  // namespace ordermesh::validation
