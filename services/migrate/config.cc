#include "services/migrate/config.h"

namespace ordermesh::migrate {

void MigrateConfig::Declare(base::ConfigFields& fields) {
  fields
      .Text("database_url", database_url,
            "the database as its owner, a role with CREATEROLE (or a superuser); always the same role, since what it "
            "makes "
            "belongs to it")
      .Secret();
  fields
      .Text("role_password", role_password,
            "given to the services' roles (ordermesh_gateway and so on) at each run; empty: their passwords stay as "
            "they are")
      .Secret();
  rabbitmq.Declare(fields, "RabbitMQ, where exchanges and queues are declared; amqps: over TLS; empty: not done");
  kafka.Declare(fields, "Kafka, where topics are made: host:port,…; empty: not done");
  fields
      .Integer("kafka_replication", kafka_replication,
               "copies of each record of the topics that are made; from 3 on two of them must have it")
      .AtLeast(1)
      .AtMost(9);
  registry.Declare(fields);
  fields.Text("schema_registry_compatibility", registry_compatibility,
              "what a later version of a schema has to keep, as the registry calls it: BACKWARD, FULL, NONE and so on");
  fields.Boolean(
      "sample_data", sample_data,
      "adds products SKU-0000 to SKU-0999 (all for sale but SKU-0999) and customers CUST-0000 to CUST-0999, those "
      "that are missing; the same ones each time");
  fields.Integer("sample_stock", sample_stock, "pieces of each sample product that has no stock row yet").AtLeast(0);
  fields.Boolean("rebase_outbox", rebase_outbox,
                 "once, after the database was restored or replaced, when the relay says so: docs/runbooks/restore.md");
  fields.Seconds("wait_timeout_s", wait_timeout, "how long a store may take to come up, or a table to be unlocked")
      .AtLeast(0);
}

}  // namespace ordermesh::migrate
