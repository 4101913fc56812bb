// Why no broker can be had: a request only learns that it got no answer.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"

namespace ordermesh::kafka {

// The version (rd_kafka_version()) from which on the library can log in by SCRAM at Kafka 4: before, it repeats the
// nonce, which Kafka takes for a wrong password. https://github.com/confluentinc/librdkafka/pull/4895
inline constexpr int kSoundScram = 0x02060100;

// Gathers what the library's error callback tells of connections: refused certificates and passwords, hosts that are
// away. The library tells the same again only after half a minute, so what was told holds until a broker answers.
// Thread-safe.
class BrokerErrors {
 public:
  void Note(int error, absl::string_view reason);
  // A broker has answered.
  void Clear();

  // `status` with the reason, when it is kUnavailable or kDeadlineExceeded and there is one; kPermissionDenied then
  // when a broker has refused our login.
  absl::Status Explain(const absl::Status& status) const;

 private:
  mutable base::Mutex mu_;
  std::string reason_ ABSL_GUARDED_BY(mu_);
  bool refused_login_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace ordermesh::kafka
