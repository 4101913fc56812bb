#include "libs/messaging/kafka/brokers.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "libs/base/config.h"
#include "libs/base/status.h"

namespace ordermesh::kafka {
namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status CheckLogin(const Brokers& brokers) {
  if (!brokers.uses_sasl()) {
    for (const auto& [name, value] :
         {std::pair("kafka_sasl_mechanism", &brokers.sasl_mechanism), std::pair("kafka_username", &brokers.username),
          std::pair("kafka_password", &brokers.password)}) {
      if (value->empty()) continue;
      return Wrong(absl::StrCat(name, ": needs kafka_security sasl_ssl or sasl_plaintext, not ", brokers.security));
    }
    return absl::OkStatus();
  }
  if (brokers.sasl_mechanism != "PLAIN" && brokers.sasl_mechanism != "SCRAM-SHA-256" &&
      brokers.sasl_mechanism != "SCRAM-SHA-512") {
    return Wrong(absl::StrCat(
        "kafka_sasl_mechanism: must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 with kafka_security ", brokers.security));
  }
  if (brokers.username.empty()) {
    return Wrong(absl::StrCat("kafka_username: is missing, with kafka_security ", brokers.security));
  }
  if (brokers.password.empty()) {
    return Wrong(absl::StrCat("kafka_password: is missing, with kafka_security ", brokers.security));
  }
  return absl::OkStatus();
}

}  // namespace

void Brokers::Declare(base::ConfigFields& fields, absl::string_view help) {
  fields.Text("kafka_brokers", addresses, help);
  fields.Text("kafka_security", security, "how Kafka is spoken to: plaintext, ssl, sasl_plaintext, sasl_ssl");
  fields.Text("kafka_ca_file", ca_file,
              "PEM file of the authorities that sign the brokers' certificates; empty: the system's");
  fields.Text(
      "kafka_sasl_mechanism", sasl_mechanism,
      "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, with sasl_plaintext or sasl_ssl; at Kafka 4 SCRAM needs librdkafka "
      "2.6.1, which Debian 13 and the image have");
  fields.Text("kafka_username", username, "login at Kafka, with sasl_plaintext or sasl_ssl").Secret();
  fields.Text("kafka_password", password, "its password").Secret();
}

absl::Status Brokers::Check() const {
  if (addresses.empty()) return Wrong("kafka_brokers: no broker is named");
  if (security != "plaintext" && !uses_tls() && !uses_sasl()) {
    return Wrong("kafka_security: must be plaintext, ssl, sasl_plaintext or sasl_ssl");
  }
  if (!ca_file.empty() && !uses_tls()) {
    return Wrong(absl::StrCat("kafka_ca_file: needs kafka_security ssl or sasl_ssl, not ", security));
  }
  if (!ca_file.empty() && !std::ifstream(ca_file)) {
    return Wrong(absl::StrCat("kafka_ca_file: ", ca_file, " can't be read"));
  }
  return CheckLogin(*this);
}

}  // namespace ordermesh::kafka
