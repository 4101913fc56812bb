#include "services/relay/checks.h"

#include <memory>
#include <utility>

#include "libs/base/status.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/postgres/connection.h"
#include "services/relay/app/outbox_store.h"
#include "services/relay/store/postgres_outbox.h"

namespace ordermesh::relay {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(1);
constexpr int kLooksPerTopologyCheck = 10;

class RabbitmqProbe {
 public:
  RabbitmqProbe(const rabbitmq::Broker& broker, std::vector<rabbitmq::ExchangeSpec> exchanges)
      : topology_{.exchanges = std::move(exchanges)},
        connection_(
            {.broker = broker, .name = "ordermesh-relay check", .connect_timeout = kTimeout, .rpc_timeout = kTimeout}) {
  }

  absl::Status Look() {
    const bool thorough = !connection_.connected() || ++looks_ % kLooksPerTopologyCheck == 0;
    if (thorough) return rabbitmq::CheckTopology(connection_, topology_);
    for (const rabbitmq::ExchangeSpec& exchange : topology_.exchanges) {
      RETURN_IF_ERROR(connection_.CheckExchange(exchange.name, exchange.type));
    }
    return absl::OkStatus();
  }

 private:
  const rabbitmq::Topology topology_;
  rabbitmq::Connection connection_;
  int looks_ = 0;
};

}  // namespace

Check OutboxCheck(const postgres::Database& database, const std::vector<std::string>& schemas) {
  std::vector<std::shared_ptr<postgres::Connection>> connections;
  for (const std::string& schema : schemas) {
    connections.push_back(
        std::make_shared<postgres::Connection>(InSchema(schema, database.Checks(FeedSinkName(schema, "cursors")))));
  }
  return [connections = std::move(connections)] {
    for (const auto& connection : connections) RETURN_IF_ERROR(CheckCursors(*connection));
    return absl::OkStatus();
  };
}

Check RabbitmqCheck(const rabbitmq::Broker& broker, std::vector<rabbitmq::ExchangeSpec> exchanges) {
  auto probe = std::make_shared<RabbitmqProbe>(broker, std::move(exchanges));
  return [probe] { return probe->Look(); };
}

Check KafkaCheck(kafka::Cluster& cluster, std::vector<kafka::TopicSpec> topics) {
  return [&cluster, topics = std::move(topics)] { return kafka::CheckTopology(cluster, topics, kTimeout); };
}

}  // namespace ordermesh::relay
