#include "libs/messaging/kafka/broker_errors.h"

#include <librdkafka/rdkafka.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace ordermesh::kafka {
namespace {

// What the library says, with our name for the setting that it speaks of.
std::string Told(int error, absl::string_view reason) {
  std::string told = absl::StrReplaceAll(reason, {{"ssl.ca.location", "kafka_ca_file"}});
  if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION && absl::StrContains(reason, "SCRAM-") &&
      rd_kafka_version() < kSoundScram) {
    absl::StrAppend(&told, "; or it is Kafka 4, where SCRAM needs librdkafka 2.6.1, and this is ",
                    rd_kafka_version_str());
  }
  return told;
}

}  // namespace

void BrokerErrors::Note(int error, absl::string_view reason) {
  base::MutexLock lock(mu_);
  // Comes after each broker's own error, and says less.
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !reason_.empty()) return;
  reason_ = Told(error, reason);
  refused_login_ = error == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

void BrokerErrors::Clear() {
  base::MutexLock lock(mu_);
  reason_.clear();
  refused_login_ = false;
}

absl::Status BrokerErrors::Explain(const absl::Status& status) const {
  if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
  base::MutexLock lock(mu_);
  if (reason_.empty()) return status;
  return absl::Status(refused_login_ ? absl::StatusCode::kPermissionDenied : status.code(),
                      absl::StrCat(status.message(), ": ", reason_));
}

}  // namespace ordermesh::kafka
