#include "services/gateway/gateway_config.h"

namespace ordermesh::gateway {

void GatewayConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  fields.Text("validation_target", validation_target,
              "the validators: host:port, whose every address is used, or host:port,host:port");
  fields.Integer("intake_batch_size", intake_batch_size, "orders that are validated or stored together, at most")
      .AtLeast(1)
      .AtMost(256);
  fields
      .Milliseconds(
          "intake_wait_ms", intake_wait,
          "how long an order waits for others while batches are under way, and the pace of calls to the validators")
      .AtLeast(0)
      .AtMost(1000);
  fields
      .Integer("intake_queue", intake_queue,
               "orders of one lane between arrival and answer; beyond: RESOURCE_EXHAUSTED")
      .AtLeast(1);
  fields.Integer("validate_in_flight", validate_in_flight, "calls to the validators at once, for each lane").AtLeast(1);
  fields.Milliseconds("validate_timeout_ms", validate_timeout, "how long a batch waits for a validator").AtLeast(1);
  fields.Integer("intake_connections", intake_connections, "database connections that store orders")
      .AtLeast(1)
      .AtMost(64);
  fields.Integer("cancel_connections", cancel_connections, "database connections that cancel orders and move them on")
      .AtLeast(1)
      .AtMost(64);
  fields
      .Integer("query_connections", query_connections,
               "database connections that read orders; one more looks up the request ids of refused orders")
      .AtLeast(1)
      .AtMost(64);
  fields
      .Integer("database_queue", database_queue,
               "work that waits for a database connection; beyond: RESOURCE_EXHAUSTED")
      .AtLeast(1);
  fields
      .Milliseconds("statement_timeout_ms", statement_timeout,
                    "how long one statement may take; less when its caller waits less")
      .AtLeast(1);
  fields
      .Milliseconds("lock_timeout_ms", lock_timeout,
                    "how long a statement waits for rows that others hold; then only the blocked orders are refused")
      .AtLeast(1);
  fields
      .Milliseconds("accept_give_up_ms", accept_give_up,
                    "how long a batch whose commit was interrupted is tried again before its outcome is left open")
      .AtLeast(1);
  fields
      .Integer("max_outbox_rows", max_outbox_rows,
               "intake sheds while about so many events wait for the slowest broker, 0: never; an event takes about "
               "0.6 kB of the database's disk, and what it holds is how long a broker may be away")
      .AtLeast(0);
  fields
      .Integer("max_event_bytes", max_event_bytes,
               "an order whose event could be larger is refused; what the brokers take is the upper limit")
      .AtLeast(1024);
  fields
      .Seconds(
          "unpaid_order_ttl_s", unpaid_order_ttl,
          "an order that nobody has paid for is cancelled when it is this old, 0: never; orders from before it was "
          "set are, too. Has to be far longer than the gateways' clocks differ, or orders are missed")
      .AtLeast(0);
  fields.Milliseconds("watch_interval_ms", watch_interval, "how often watched orders are looked at").AtLeast(10);
}

}  // namespace ordermesh::gateway
