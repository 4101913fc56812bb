// ordermesh-notifier: assembles, nothing else.
#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "libs/base/periodic.h"
#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/mesh/dependency_check.h"
#include "libs/mesh/process.h"
#include "libs/mesh/server.h"
#include "libs/messaging/order_topology.h"
#include "libs/postgres/database.h"
#include "libs/stream/queue_consumer.h"
#include "libs/stream/rabbit_queue.h"
#include "services/notifier/api/notification_service.h"
#include "services/notifier/app/chores.h"
#include "services/notifier/app/enter_notifications.h"
#include "services/notifier/app/keep_dead_letters.h"
#include "services/notifier/app/send_notifications.h"
#include "services/notifier/channels/log_sender.h"
#include "services/notifier/channels/webhook_sender.h"
#include "services/notifier/notifier_config.h"
#include "services/notifier/store/notifier_database.h"
#include "services/notifier/store/postgres_ledger.h"
#include "services/notifier/store/postgres_resends.h"

namespace ordermesh::notifier {
namespace {

constexpr absl::Duration kMeasureInterval = absl::Seconds(5);
constexpr absl::Duration kResendInterval = absl::Seconds(1);

// One channel: how it delivers, and what it needs for that.
struct ChannelParts {
  ChannelParts(const NotifierConfig& config, const postgres::Database& database, const SmtpOptions& smtp,
               Channel channel, const RetryPolicy& policy, mesh::Process& process, base::Random& random)
      : metrics(process.metrics(), channel),
        ledger(database.Worker(ChannelName(channel)), {.lease = config.lease, .gap_wait = config.gap_wait},
               process.timer()),
        send(Options(config, channel), ledger, Senders(config, smtp, channel, process.timer(), random), policy,
             process.clock(), process.timer(), random, metrics) {}

  static SendOptions Options(const NotifierConfig& config, Channel channel) {
    SendOptions options = {
        .channel = channel,
        .attempt_timeout = config.attempt_timeout,
        .poll_interval = config.poll_interval,
        .longest_wait = config.longest_wait,
        .probes = {.initial = config.probe_initial, .max = std::max(config.probe_initial, config.probe_max)}};
    if (channel == Channel::kEmail) options.workers = config.email_workers;
    if (channel == Channel::kWebhook) options.workers = config.webhook_workers;
    if (channel == Channel::kLog) {  // Lines are cheap: what counts is that many share a mark.
      options.keeps_payload = false;
      options.batch = 256;
      options.depth = 8;
    }
    return options;
  }
  static SenderFactory Senders(const NotifierConfig& config, const SmtpOptions& smtp, Channel channel,
                               base::Timer& timer, base::Random& random) {
    switch (channel) {
      case Channel::kEmail:
        return [smtp] { return std::make_unique<SmtpSender>(smtp); };
      case Channel::kWebhook:
        return [&timer, &random,
                options = WebhookOptions{.url = config.webhook_url,
                                         .proxy = config.webhook_proxy,
                                         .connect_timeout = config.connect_timeout,
                                         .attempt_timeout = config.attempt_timeout}] {
          return std::make_unique<WebhookSender>(options, timer, random);
        };
      case Channel::kLog:
        return [] { return std::make_unique<LogSender>(); };
    }
    return nullptr;
  }

  ChannelMetrics metrics;
  PostgresLedger ledger;
  SendNotifications send;
};

rabbitmq::ConnectionOptions Broker(const NotifierConfig& config, std::string name) {
  rabbitmq::ConnectionOptions options;
  options.broker = config.rabbitmq;
  options.name = std::move(name);
  return options;
}

absl::Status Assemble(const NotifierConfig& config, mesh::Process& process) {
  ASSIGN_OR_RETURN(const ReadConfig read, Read(config));
  // With RabbitMQ away nothing new comes, but all that is there is shown, resent and delivered.
  process.SetDependencies(
      {"database", "rabbitmq", "schema"},
      {{"ordermesh.notifications.v1.NotificationService", {"database", "schema"}},
       {"ordermesh.notifications.v1.NotificationService/RedriveDeadLetters", {"database", "rabbitmq", "schema"}}});
  const postgres::Database database = ServiceDatabase(config.database_url);
  mesh::Readiness& readiness = process.readiness();
  base::Timer& timer = process.timer();
  base::Random& random = base::SystemRandom();
  base::UuidV7Source ids(process.clock(), random);
  const DeadLetterMetrics dead_letter_metrics(process.metrics());
  const ChoreMetrics chore_metrics(process.metrics());

  AdminPool admin({.threads = config.admin_threads, .max_queued = 64}, aio::PoolMetrics(process.metrics(), "admin"),
                  [&] {
                    return std::make_unique<AdminTools>(database.Queries("admin"), config.lease,
                                                        Broker(config, "notifier-redrive"));
                  });
  NotificationService service(admin, ids, dead_letter_metrics);
  service.Register(process.server());

  const RetryPolicy policy(config.max_attempts,
                           {.initial = config.retry_initial, .max = config.retry_max, .multiplier = 2, .jitter = 0.2},
                           random);
  std::vector<std::unique_ptr<ChannelParts>> channels;
  std::vector<ChannelQueue*> queues;
  std::vector<std::pair<Channel, ChannelMetrics>> gauges;
  for (Channel channel : read.channels) {
    channels.push_back(std::make_unique<ChannelParts>(config, database, read.smtp, channel, policy, process, random));
    queues.push_back(&channels.back()->send);
    gauges.emplace_back(channel, channels.back()->metrics);
  }

  const LedgerOptions ledger_options = {.lease = config.lease, .gap_wait = config.gap_wait};
  PostgresLedger enter_ledger(database.Worker("intake"), ledger_options, timer);
  EnterNotifications enter(enter_ledger, queues, EventMetrics(process.metrics()));
  stream::RabbitQueue events(
      {.connection = Broker(config, "notifier-events"),
       .queue = messaging::kNotificationsQueue,
       .topology = messaging::Notifications(),
       .bindings = {{messaging::kNotificationsQueue, messaging::kOrdersExchange, messaging::kNotificationsBinding}}});
  stream::QueueConsumer event_consumer(
      {.name = messaging::kNotificationsQueue,
       .prefetch = config.prefetch,
       .batch = config.intake_batch,
       .gather = config.gather,
       .rebind_interval = config.rebind_interval},
      events, [&](absl::Span<const rabbitmq::Delivery> batch) { return enter.Run(batch); },
      [&](const absl::Status& status) { readiness.Report("rabbitmq", status); }, timer, random);

  postgres::Connection dead_letter_db(database.Worker("dead-letters"));
  PostgresDeadLetters dead_letters(dead_letter_db);
  KeepDeadLetters keep(dead_letters, ids, dead_letter_metrics);
  stream::RabbitQueue dead({.connection = Broker(config, "notifier-dead-letters"),
                            .queue = messaging::kNotificationsDeadLetters,
                            .topology = messaging::Notifications(),
                            .bindings = {}});
  stream::QueueConsumer dead_consumer(
      {.name = messaging::kNotificationsDeadLetters, .prefetch = 64, .batch = 64}, dead,
      [&](absl::Span<const rabbitmq::Delivery> batch) { return keep.Run(batch); }, [](const absl::Status&) {}, timer,
      random);

  PostgresLedger measure_ledger(database.Worker("measure"), ledger_options, timer);
  PostgresLedger prune_ledger(database.Worker("prune"), ledger_options, timer);
  postgres::Connection prune_db(database.Worker("prune"));
  PostgresDeadLetters prune_dead_letters(prune_db);
  postgres::Connection resend_db(database.Worker("resend"));
  PostgresResends resends(resend_db);

  // Threads last: they stop before what they use goes away.
  postgres::DatabaseMonitor database_monitor(database, mesh::kCheckInterval, mesh::ReportTo(readiness), timer);
  ChoreFailures measure_failures, prune_failures, resend_failures;
  base::Periodic measure(
      kMeasureInterval,
      [&](std::stop_token) { RescueAndMeasure(measure_ledger, gauges, chore_metrics, measure_failures); }, timer);
  base::Periodic prune(
      config.prune_interval,
      [&](std::stop_token stop) {
        PruneOld(prune_ledger, prune_dead_letters, {.retention = config.retention}, chore_metrics, prune_failures,
                 stop);
      },
      timer);
  base::Periodic resend(
      kResendInterval, [&](std::stop_token stop) { WorkOnResends(resends, resend_failures, stop); }, timer);
  std::jthread dead_thread([&](std::stop_token stop) { dead_consumer.Run(stop); });
  std::jthread event_thread([&](std::stop_token stop) { event_consumer.Run(stop); });

  // What enters first, so that nothing more is claimed, then what is being sent.
  process.OnStop([&] {
    for (auto& channel : channels) channel->send.Stop();
  });
  process.OnStop([&] {
    event_thread.request_stop();
    dead_thread.request_stop();
    event_thread.join();
    dead_thread.join();
  });
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::notifier

int main(int argc, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);  // not thread-safe: before any thread
  ordermesh::notifier::NotifierConfig config;
  return ordermesh::mesh::RunProcess(
      "notifier", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) { return ordermesh::notifier::Assemble(config, process); });
}
