#include "services/relay/testing/second_feed.h"

#include <string>

namespace ordermesh::relay {
namespace {

absl::StatusOr<std::string> EncodeParcel(const wire::CloudEvent& envelope, absl::string_view payload) {
  return wire::StructuredJson(envelope, payload);
}

}  // namespace

Feed ParcelFeed() {
  return {.schema = kParcels,
          .migration = "orders/0001_orders",
          .types = "test.parcel.",
          .source = "/test/parcels",
          .rabbitmq = ToRabbitmq{{kParcelsExchange, "topic"}, EncodeParcel},
          .kafka = ToKafka{{.name = kParcelsTopic, .partitions = 1}, EncodeAsItIs}};
}

absl::Status CreateParcelOutbox(postgres::Connection& admin) {
  return admin.Run(R"(
    CREATE SCHEMA parcels;
    CREATE TABLE parcels.outbox (LIKE orders.outbox INCLUDING ALL);
    CREATE TABLE parcels.outbox_cursor (LIKE orders.outbox_cursor INCLUDING ALL);
    CREATE TABLE parcels.outbox_pruned (LIKE orders.outbox_pruned INCLUDING ALL);
    CREATE TABLE parcels.outbox_dead (LIKE orders.outbox_dead INCLUDING ALL);
    ALTER TABLE parcels.outbox ALTER COLUMN aggregate_id TYPE text;
    ALTER TABLE parcels.outbox_dead ALTER COLUMN aggregate_id TYPE text;
    INSERT INTO parcels.outbox_pruned (xid, position) VALUES ('0', 0);
    GRANT USAGE ON SCHEMA parcels TO ordermesh_relay;
    GRANT SELECT, DELETE ON parcels.outbox TO ordermesh_relay;
    GRANT SELECT, INSERT, UPDATE ON parcels.outbox_cursor TO ordermesh_relay;
    GRANT SELECT, UPDATE ON parcels.outbox_pruned TO ordermesh_relay;
    GRANT SELECT, INSERT ON parcels.outbox_dead TO ordermesh_relay;
  )");
}

}  // namespace ordermesh::relay
