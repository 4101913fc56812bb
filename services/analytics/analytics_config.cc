#include "services/analytics/analytics_config.h"

namespace ordermesh::analytics {

void AnalyticsConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  kafka.Declare(fields, "Kafka's brokers, host:port,host:port");
  fields.Integer("query_threads", query_threads, "threads, with a database session each, that answer queries")
      .AtLeast(1)
      .AtMost(64);
  fields
      .Integer("max_queued_queries", max_queued_queries,
               "queries that may wait for a thread; beyond: RESOURCE_EXHAUSTED")
      .AtLeast(1);
  fields.Integer("max_batch_records", max_batch_records, "records taken from Kafka before they are counted")
      .AtLeast(1)
      .AtMost(100'000);
  fields
      .Milliseconds(
          "gather_ms", gather,
          "under load, the least time between two rounds of transactions; a record after a pause is counted at "
          "once")
      .AtLeast(0)
      .AtMost(10'000);
  fields
      .Milliseconds("session_timeout_ms", session_timeout,
                    "without a sign of life for so long, Kafka gives the partitions to another member")
      .AtLeast(6000);
  fields
      .Milliseconds("max_poll_interval_ms", max_poll_interval,
                    "a member that counts for longer than this without asking for more loses its partitions")
      .AtLeast(6000);
  fields
      .Seconds(
          "seen_retention_s", seen_retention,
          "how long the ids of counted events are kept; longer than the topic's retention (7 days) and the outbox's "
          "longest stall")
      .AtLeast(3600);
  fields.Seconds("prune_interval_s", prune_interval, "between two prunings of those ids").AtLeast(1);
  fields.Integer("prune_batch", prune_batch, "ids that one transaction forgets").AtLeast(1).AtMost(100'000);
}

}  // namespace ordermesh::analytics
