#include "libs/messaging/rabbitmq/broker.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "libs/base/config.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/url.h"

namespace ordermesh::rabbitmq {

void Broker::Declare(base::ConfigFields& fields, absl::string_view help) {
  fields.Text("amqp_url", url, help).Secret();
  fields.Text("amqp_ca_file", ca_file,
              "PEM file of the authorities that sign RabbitMQ's certificate, with amqps:; empty: the system's");
}

absl::Status Broker::Check() const {
  ASSIGN_OR_RETURN(const Url parsed, ParseUrl(url));
  if (ca_file.empty()) return absl::OkStatus();
  if (!parsed.tls) return absl::InvalidArgumentError("amqp_ca_file: needs an amqp_url that begins with amqps://");
  if (!std::ifstream(ca_file)) {
    return absl::InvalidArgumentError(absl::StrCat("amqp_ca_file: ", ca_file, " can't be read"));
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::rabbitmq
