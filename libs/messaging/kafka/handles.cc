#include "libs/messaging/kafka/handles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"

namespace ordermesh::kafka {
namespace {

// The library's own levels are syslog's.
constexpr int kSyslogError = 3, kSyslogWarning = 4;

void WriteLog(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  // What it calls an error is mostly a broker that is away, which it retries: never more than a warning of ours.
  base::Log(
      level <= kSyslogWarning ? base::LogLevel::kWarning : base::LogLevel::kDebug, "kafka_client",
      {{"client", rd_kafka_name(client)}, {"facility", facility}, {"text", text}, {"severe", level <= kSyslogError}});
}

}  // namespace

Settings::Settings(const Brokers& brokers, const std::string& client_id)
    : conf_(rd_kafka_conf_new()), status_(brokers.Check()) {
  rd_kafka_conf_set_log_cb(conf_.get(), WriteLog);
  Set("bootstrap.servers", brokers.addresses);
  SetSecurity(brokers);
  Set("client.id", client_id);
  Set("reconnect.backoff.ms", "50");
  Set("reconnect.backoff.max.ms", "1000");
  Set("socket.nagle.disable", "true");
  Set("socket.keepalive.enable", "true");
  Set("log.connection.close", "false");
}

void Settings::SetSecurity(const Brokers& brokers) {
  Set("security.protocol", brokers.security);
  if (brokers.uses_tls()) {
    if (!brokers.ca_file.empty()) Set("ssl.ca.location", brokers.ca_file);
    Set("enable.ssl.certificate.verification", "true").Set("ssl.endpoint.identification.algorithm", "https");
  }
  if (brokers.uses_sasl()) {
    Set("sasl.mechanism", brokers.sasl_mechanism);
    Set("sasl.username", brokers.username).Set("sasl.password", brokers.password);
  }
}

Settings& Settings::Set(const char* name, const std::string& value) {
  char error[512];
  if (rd_kafka_conf_set(conf_.get(), name, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK && status_.ok()) {
    status_ = absl::InvalidArgumentError(absl::StrCat("kafka: ", name, ": ", error));
  }
  return *this;
}

absl::StatusOr<ClientHandle> Settings::Make(rd_kafka_type_t type) {
  if (!status_.ok()) return status_;
  char error[512];
  ClientHandle client(rd_kafka_new(type, conf_.get(), error, sizeof error));
  if (client == nullptr) return absl::InvalidArgumentError(absl::StrCat("kafka: ", error));
  conf_.release();  // the client's now
  return client;
}

int ToMilliseconds(absl::Duration duration) {
  return static_cast<int>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 0, 1 << 30));
}

absl::Status ToStatus(rd_kafka_resp_err_t error, absl::string_view what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string message = absl::StrCat("kafka: ", what, ": ", rd_kafka_err2str(error));
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return absl::NotFoundError(message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return absl::PermissionDeniedError(message);
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FATAL:
      return absl::FailedPreconditionError(message);
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return absl::InvalidArgumentError(message);  // not a name for a topic
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return absl::UnavailableError(absl::StrCat("kafka: ", what, ": no broker answered"));
    default:
      return absl::UnavailableError(message);
  }
}

}  // namespace ordermesh::kafka
