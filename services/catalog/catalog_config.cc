#include "services/catalog/catalog_config.h"

namespace ordermesh::catalog {

void CatalogConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  kafka.Declare(fields, "Kafka's brokers, host:port,host:port, where the feed is");
  fields.Integer("query_connections", query_connections, "database sessions that read").AtLeast(1).AtMost(64);
  fields
      .Integer("change_connections", change_connections, "database sessions that change products, stock and customers")
      .AtLeast(1)
      .AtMost(64);
  fields
      .Integer("database_queue", database_queue,
               "calls that may wait for a session of each kind; beyond: RESOURCE_EXHAUSTED")
      .AtLeast(1);
  fields
      .Integer("feed_batch_records", feed_batch_records,
               "records of the feed taken before they are applied; each may lock a product, a customer and stock")
      .AtLeast(1)
      .AtMost(1000);
  fields
      .Milliseconds(
          "feed_gather_ms", feed_gather,
          "under load, the least time between two rounds of transactions; a record after a pause is applied at "
          "once")
      .AtLeast(0)
      .AtMost(10'000);
  fields
      .Milliseconds("session_timeout_ms", session_timeout,
                    "without a sign of life for so long, Kafka gives the partitions to another member")
      .AtLeast(6000);
  fields
      .Milliseconds("max_poll_interval_ms", max_poll_interval,
                    "a member that applies records for longer than this without asking for more loses its partitions")
      .AtLeast(6000);
}

}  // namespace ordermesh::catalog
