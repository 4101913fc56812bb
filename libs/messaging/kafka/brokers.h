// Which Kafka, over what kind of connection, and who we are there.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::base {
class ConfigFields;
}

namespace ordermesh::kafka {

// The settings kafka_brokers, kafka_security and so on of every program that has them, handed down to each client.
struct Brokers {
  std::string addresses = "127.0.0.1:9092";  // host:port,host:port
  std::string security = "plaintext";        // plaintext, ssl, sasl_plaintext or sasl_ssl
  std::string ca_file;                       // PEM; empty: the system's. Names in certificates are always verified.
  std::string sasl_mechanism;                // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
  std::string username, password;

  // `help` says what the brokers are for.
  void Declare(base::ConfigFields& fields, absl::string_view help);
  // INVALID_ARGUMENT, naming the setting: they make no sense together, or the file can't be read.
  absl::Status Check() const;

  bool uses_tls() const { return security == "ssl" || security == "sasl_ssl"; }
  bool uses_sasl() const { return security == "sasl_plaintext" || security == "sasl_ssl"; }
};

}  // namespace ordermesh::kafka
