// What the notifier is told.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "services/notifier/app/notification.h"
#include "services/notifier/channels/smtp_sender.h"

namespace ordermesh::notifier {

struct NotifierConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50055", .ops_listen = "127.0.0.1:51055"};
  std::string database_url = "postgres://ordermesh_notifier@127.0.0.1:5432/ordermesh";
  rabbitmq::Broker rabbitmq;
  std::string channels = "email";
  int prefetch = 512;
  int intake_batch = 256;
  absl::Duration gather = absl::Milliseconds(10);
  absl::Duration rebind_interval = absl::Seconds(30);

  std::string smtp_url = "smtp://127.0.0.1:25";
  std::string smtp_tls = "optional";
  std::string smtp_username, smtp_password;
  std::string mail_from = "Ordermesh <orders@ordermesh.example>";
  int email_workers = 4;

  std::string webhook_url, webhook_proxy;
  int webhook_workers = 4;

  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration attempt_timeout = absl::Seconds(10);
  absl::Duration lease = absl::Seconds(30);
  absl::Duration gap_wait = absl::Seconds(30);
  absl::Duration poll_interval = absl::Milliseconds(250);
  int max_attempts = 10;
  absl::Duration retry_initial = absl::Seconds(5);
  absl::Duration retry_max = absl::Minutes(30);
  absl::Duration longest_wait = absl::Hours(72);
  absl::Duration probe_initial = absl::Seconds(1);
  absl::Duration probe_max = absl::Minutes(1);
  absl::Duration retention = absl::Hours(24 * 30);
  absl::Duration prune_interval = absl::Minutes(1);
  int admin_threads = 2;

  void Declare(base::ConfigFields& fields);
};

// The configuration taken apart, where it is more than a value. INVALID_ARGUMENT, naming the field: it makes no sense.
struct ReadConfig {
  std::vector<Channel> channels;
  SmtpOptions smtp;
};
absl::StatusOr<ReadConfig> Read(const NotifierConfig& config);

}  // namespace ordermesh::notifier
