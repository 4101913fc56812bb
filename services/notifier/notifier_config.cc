#include "services/notifier/notifier_config.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"

namespace ordermesh::notifier {
namespace {

absl::StatusOr<std::vector<Channel>> ReadChannels(const std::string& text) {
  std::vector<Channel> channels;
  for (absl::string_view name : absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const auto known =
        std::find_if(std::begin(kChannels), std::end(kChannels), [&](Channel c) { return ChannelName(c) == name; });
    if (known == std::end(kChannels)) {
      return absl::InvalidArgumentError(absl::StrCat("channels: '", name, "' is none; there are email, webhook, log"));
    }
    if (std::find(channels.begin(), channels.end(), *known) == channels.end()) channels.push_back(*known);
  }
  if (channels.empty()) return absl::InvalidArgumentError("channels: must name at least one of email, webhook, log");
  return channels;
}

}  // namespace

void NotifierConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  rabbitmq.Declare(fields, "RabbitMQ: amqp://user:password@host:port/vhost, or amqps: over TLS");
  fields.Text("channels", channels, "how customers are told: email, webhook, log, or several with commas");
  fields
      .Integer("prefetch", prefetch,
               "events that RabbitMQ hands out ahead of their acknowledgement; one by one after a crash")
      .AtLeast(1)
      .AtMost(10'000);
  fields.Integer("intake_batch", intake_batch, "events that one statement enters").AtLeast(1).AtMost(1000);
  fields
      .Milliseconds("gather_ms", gather,
                    "under load, the least time between two such statements; an event after a pause is entered at once")
      .AtLeast(0)
      .AtMost(1000);
  fields
      .Milliseconds("rebind_interval_ms", rebind_interval,
                    "how often the queue's binding is asserted; a lost one is seen by nobody else")
      .AtLeast(100);
  fields.Text("smtp_url", smtp_url, "the mail server: smtp://host:port, or smtps:");
  fields.Text("smtp_tls", smtp_tls, "STARTTLS: never, optional (when the server offers it), required");
  fields.Text("smtp_username", smtp_username, "login at the mail server; empty: none");
  fields.Text("smtp_password", smtp_password, "its password").Secret();
  fields.Text("mail_from", mail_from, "the sender of mails: an address, or \"Name <address>\"");
  fields.Integer("email_workers", email_workers, "mails sent at once, each over a connection of its own")
      .AtLeast(1)
      .AtMost(64);
  fields.Text("webhook_url", webhook_url, "where events are posted: http: or https:; it often holds a token").Secret();
  fields.Text("webhook_proxy", webhook_proxy, "the HTTP proxy on the way there; empty: none");
  fields.Integer("webhook_workers", webhook_workers, "calls at once").AtLeast(1).AtMost(64);
  fields.Milliseconds("connect_timeout_ms", connect_timeout, "for connecting to the mail server or webhook").AtLeast(1);
  fields.Milliseconds("attempt_timeout_ms", attempt_timeout, "for a whole attempt").AtLeast(1);
  fields
      .Milliseconds("lease_ms", lease,
                    "how long a claimed notification is left to its worker; more than twice attempt_timeout_ms")
      .AtLeast(100);
  fields
      .Milliseconds("gap_wait_ms", gap_wait,
                    "how long a notification waits for one about an earlier version of its order that never came")
      .AtLeast(0);
  fields.Milliseconds("poll_interval_ms", poll_interval, "how often each channel looks for what is due").AtLeast(10);
  fields.Integer("max_attempts", max_attempts, "attempts before a notification is given up").AtLeast(1).AtMost(1000);
  fields
      .Milliseconds("retry_initial_ms", retry_initial, "the delay after the first failed attempt; it doubles each time")
      .AtLeast(1);
  fields.Milliseconds("retry_max_ms", retry_max, "the longest delay").AtLeast(1);
  fields
      .Seconds("longest_wait_s", longest_wait,
               "how long a notification waits for a mail server or webhook that can't be reached; then it is given up")
      .AtLeast(1);
  fields
      .Milliseconds(
          "probe_initial_ms", probe_initial,
          "while it can't be reached, the delay before the first look whether it is back; it doubles each time")
      .AtLeast(1);
  fields.Milliseconds("probe_max_ms", probe_max, "the longest such delay; at least probe_initial_ms").AtLeast(1);
  fields.Seconds("retention_s", retention, "how long notifications and redriven dead letters are kept").AtLeast(60);
  fields.Seconds("prune_interval_s", prune_interval, "between two prunings").AtLeast(1);
  fields.Integer("admin_threads", admin_threads, "threads, with a database session each, that serve calls")
      .AtLeast(1)
      .AtMost(64);
}

absl::StatusOr<ReadConfig> Read(const NotifierConfig& config) {
  RETURN_IF_ERROR(config.rabbitmq.Check());
  ReadConfig read;
  ASSIGN_OR_RETURN(read.channels, ReadChannels(config.channels));
  const auto uses = [&](Channel channel) {
    return std::find(read.channels.begin(), read.channels.end(), channel) != read.channels.end();
  };
  if (uses(Channel::kWebhook) && !absl::StartsWith(config.webhook_url, "http://") &&
      !absl::StartsWith(config.webhook_url, "https://")) {
    return absl::InvalidArgumentError("webhook_url: the channel webhook needs a URL, http: or https:");
  }
  if (!absl::StartsWith(config.smtp_url, "smtp://") && !absl::StartsWith(config.smtp_url, "smtps://")) {
    return absl::InvalidArgumentError("smtp_url: must start with smtp:// or smtps://");
  }
  if (config.lease <= 2 * config.attempt_timeout) {
    return absl::InvalidArgumentError("lease_ms: must be more than twice attempt_timeout_ms");
  }
  if (config.retry_max < config.retry_initial) {
    return absl::InvalidArgumentError("retry_max_ms: must not be less than retry_initial_ms");
  }
  if (config.smtp_tls == "never") {
    read.smtp.tls = SmtpOptions::Tls::kNever;
  } else if (config.smtp_tls == "required") {
    read.smtp.tls = SmtpOptions::Tls::kRequired;
  } else if (config.smtp_tls != "optional") {
    return absl::InvalidArgumentError("smtp_tls: must be never, optional or required");
  }
  absl::StatusOr<Mailbox> from = ParseMailbox(config.mail_from);
  if (!from.ok()) return base::Annotate(from.status(), "mail_from");
  read.smtp.url = config.smtp_url;
  read.smtp.username = config.smtp_username;
  read.smtp.password = config.smtp_password;
  read.smtp.from = *std::move(from);
  read.smtp.connect_timeout = config.connect_timeout;
  read.smtp.attempt_timeout = config.attempt_timeout;
  return read;
}

}  // namespace ordermesh::notifier
