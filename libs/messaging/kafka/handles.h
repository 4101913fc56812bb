// Owners of librdkafka's handles, and what its errors mean. For sources only, never for our headers' users.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/brokers.h"

namespace ordermesh::kafka {

template <auto kDestroy>
struct Destroy {
  template <class T>
  void operator()(T* handle) const {
    kDestroy(handle);
  }
};
using ClientHandle = std::unique_ptr<rd_kafka_t, Destroy<rd_kafka_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, Destroy<rd_kafka_headers_destroy>>;
using PartitionsHandle =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy<rd_kafka_topic_partition_list_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using NewTopicHandle = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using ListOffsetsHandle =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, Destroy<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using AdminOptionsHandle = std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

// The settings of a client, to be made into one by Make.
class Settings {
 public:
  // Those that every client of ours has: brokers and login, name, quick reconnects, its log into ours.
  Settings(const Brokers& brokers, const std::string& client_id);

  // The first name or value that the library refuses is what Make returns.
  Settings& Set(const char* name, const std::string& value);
  rd_kafka_conf_t* get() { return conf_.get(); }
  absl::StatusOr<ClientHandle> Make(rd_kafka_type_t type);

 private:
  void SetSecurity(const Brokers& brokers);

  std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>> conf_;
  absl::Status status_;
};

int ToMilliseconds(absl::Duration duration);

// "kafka: what: the library's text", with the code by which a caller decides: kNotFound an unknown topic,
// kPermissionDenied, kFailedPrecondition a fenced or otherwise fatal client, kUnavailable anything that may pass.
absl::Status ToStatus(rd_kafka_resp_err_t error, absl::string_view what);

}  // namespace ordermesh::kafka
