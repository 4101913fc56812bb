#include "libs/messaging/kafka/admin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/deadline.h"
#include "libs/base/status.h"
#include "libs/messaging/kafka/broker_errors.h"
#include "libs/messaging/kafka/handles.h"

namespace ordermesh::kafka {
namespace {

struct MetadataDestroy {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using MetadataHandle = std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroy>;

// A client, and why it reaches no broker. Thread-safe.
class AdminClient {
 public:
  static absl::StatusOr<std::unique_ptr<AdminClient>> Make(const Brokers& brokers, const std::string& client_id) {
    auto made = std::make_unique<AdminClient>();
    Settings settings(brokers, client_id);
    // A consumer's metadata request never creates a topic, a producer's may.
    settings.Set("allow.auto.create.topics", "false");
    rd_kafka_conf_set_opaque(settings.get(), &made->errors_);
    rd_kafka_conf_set_error_cb(settings.get(), [](rd_kafka_t*, int error, const char* reason, void* errors) {
      static_cast<BrokerErrors*>(errors)->Note(error, reason);
    });
    ASSIGN_OR_RETURN(made->client_, settings.Make(RD_KAFKA_CONSUMER));
    return made;
  }

  rd_kafka_t* get() const { return client_.get(); }

  // What became of a request: ToStatus, with the reason when no broker answered.
  absl::Status Outcome(rd_kafka_resp_err_t error, absl::string_view what) {
    rd_kafka_poll(client_.get(), 0);  // tells errors_ what happened meanwhile
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) errors_.Clear();
    return errors_.Explain(ToStatus(error, what));
  }

 private:
  BrokerErrors errors_;
  ClientHandle client_;  // Last: its callback uses the other.
};

absl::StatusOr<int> CountPartitions(AdminClient& client, const std::string& topic, absl::Duration timeout) {
  TopicHandle handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
  if (handle == nullptr) return ToStatus(rd_kafka_last_error(), absl::StrCat("topic ", topic));
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client.get(), 0, handle.get(), &raw, ToMilliseconds(timeout));
  RETURN_IF_ERROR(client.Outcome(error, absl::StrCat("topic ", topic)));
  const MetadataHandle metadata(raw);
  if (metadata->topic_cnt != 1) return absl::NotFoundError(absl::StrCat("kafka: topic ", topic, " does not exist"));
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  RETURN_IF_ERROR(ToStatus(found.err, absl::StrCat("topic ", topic)));
  for (int i = 0; i < found.partition_cnt; ++i) {
    if (found.partitions[i].leader < 0) {
      return absl::UnavailableError(
          absl::StrCat("kafka: topic ", topic, ": partition ", found.partitions[i].id, " has no leader"));
    }
  }
  return found.partition_cnt;
}

messaging::Headers ConfigOf(const TopicSpec& spec, int replication) {
  messaging::Headers config = spec.config;
  config.emplace_back("retention.ms", absl::StrCat(absl::ToInt64Milliseconds(spec.retention)));
  if (replication >= 3) config.emplace_back("min.insync.replicas", "2");
  return config;
}

AdminOptionsHandle Options(rd_kafka_t* client, rd_kafka_admin_op_t operation, absl::Duration timeout) {
  char error[512];
  AdminOptionsHandle options(rd_kafka_AdminOptions_new(client, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ToMilliseconds(timeout), error, sizeof error);
  return options;
}

absl::Status CreateTopic(rd_kafka_t* client, const TopicSpec& spec, int replication, absl::Duration timeout) {
  const std::string what = absl::StrCat("creating topic ", spec.name);
  char error[512];
  NewTopicHandle topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, replication, error, sizeof error));
  if (topic == nullptr) return absl::InvalidArgumentError(absl::StrCat("kafka: ", what, ": ", error));
  for (const auto& [name, value] : ConfigOf(spec, replication)) {
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  const AdminOptionsHandle options = Options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), ToMilliseconds(timeout), error, sizeof error);
  QueueHandle answers(rd_kafka_queue_new(client));
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  rd_kafka_CreateTopics(client, topics, 1, options.get(), answers.get());
  EventHandle event(rd_kafka_queue_poll(answers.get(), ToMilliseconds(timeout) + 1000));
  if (event == nullptr) return absl::UnavailableError(absl::StrCat("kafka: ", what, ": no answer"));
  RETURN_IF_ERROR(ToStatus(rd_kafka_event_error(event.get()), what));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t result = rd_kafka_topic_result_error(results[i]);
    if (result == RD_KAFKA_RESP_ERR_NO_ERROR || result == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* text = rd_kafka_topic_result_error_string(results[i]);
    if (result == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR || result == RD_KAFKA_RESP_ERR_INVALID_CONFIG ||
        result == RD_KAFKA_RESP_ERR_INVALID_PARTITIONS || result == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) {
      return absl::InvalidArgumentError(absl::StrCat("kafka: ", what, ": ", text));
    }
    return base::Annotate(ToStatus(result, what), text);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::optional<CommittedOffset>>> ListCommitted(AdminClient& client, const std::string& group,
                                                                          const std::string& topic, int partitions,
                                                                          absl::Duration timeout) {
  const std::string what = absl::StrCat("offsets of group ", group);
  const PartitionsHandle wanted(rd_kafka_topic_partition_list_new(partitions));
  for (int number = 0; number < partitions; ++number) {
    rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), number);
  }
  const ListOffsetsHandle request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), wanted.get()));
  const AdminOptionsHandle options = Options(client.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout);
  const QueueHandle answers(rd_kafka_queue_new(client.get()));
  rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
  rd_kafka_ListConsumerGroupOffsets(client.get(), requests, 1, options.get(), answers.get());
  const EventHandle event(rd_kafka_queue_poll(answers.get(), ToMilliseconds(timeout) + 1000));
  if (event == nullptr) return client.Outcome(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  RETURN_IF_ERROR(client.Outcome(rd_kafka_event_error(event.get()), what));
  std::size_t count = 0;
  const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  std::vector<std::optional<CommittedOffset>> committed(static_cast<std::size_t>(partitions));
  for (std::size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[i]); error != nullptr) {
      return client.Outcome(rd_kafka_error_code(error), what);
    }
    const rd_kafka_topic_partition_list_t& list = *rd_kafka_group_result_partitions(groups[i]);
    for (int k = 0; k < list.cnt; ++k) {
      const rd_kafka_topic_partition_t& one = list.elems[k];
      RETURN_IF_ERROR(client.Outcome(one.err, what));
      if (one.offset < 0 || one.partition < 0 || one.partition >= partitions) continue;
      committed[static_cast<std::size_t>(one.partition)] =
          CommittedOffset{one.offset, std::string(static_cast<const char*>(one.metadata), one.metadata_size)};
    }
  }
  return committed;
}

absl::Status EnsureTopic(AdminClient& client, const TopicSpec& spec, int replication, base::Deadline deadline) {
  for (;;) {
    absl::StatusOr<int> partitions = CountPartitions(client, spec.name, deadline.Remaining(base::SystemTimer()));
    if (partitions.ok()) {
      if (*partitions == spec.partitions) return absl::OkStatus();
      return absl::FailedPreconditionError(
          absl::StrCat("kafka: topic ", spec.name, " has ", *partitions, " partitions, not ", spec.partitions));
    }
    if (deadline.Expired(base::SystemTimer())) return partitions.status();
    if (absl::IsNotFound(partitions.status())) {
      RETURN_IF_ERROR(CreateTopic(client.get(), spec, replication, deadline.Remaining(base::SystemTimer())));
    } else if (!absl::IsUnavailable(partitions.status())) {
      return partitions.status();
    }
    rd_kafka_poll(client.get(), 50);  // what was created, or lost its leader, is not known everywhere at once
  }
}

}  // namespace

class Cluster::Impl {
 public:
  explicit Impl(std::unique_ptr<AdminClient> client) : client_(std::move(client)) {}
  AdminClient& client() { return *client_; }

 private:
  std::unique_ptr<AdminClient> client_;
};

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cluster::~Cluster() = default;

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Connect(const Brokers& brokers, const std::string& client_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<AdminClient> client, AdminClient::Make(brokers, client_id));
  return std::unique_ptr<Cluster>(new Cluster(std::make_unique<Impl>(std::move(client))));
}

absl::StatusOr<int> Cluster::PartitionCount(const std::string& topic, absl::Duration timeout) {
  return CountPartitions(impl_->client(), topic, timeout);
}

absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Cluster::Watermarks(const std::string& topic,
                                                                          std::int32_t partition,
                                                                          absl::Duration timeout) {
  std::int64_t first = 0, next = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(impl_->client().get(), topic.c_str(), partition,
                                                                     &first, &next, ToMilliseconds(timeout));
  RETURN_IF_ERROR(impl_->client().Outcome(error, absl::StrCat("offsets of ", topic, "/", partition)));
  return std::make_pair(first, next);
}

absl::StatusOr<std::vector<std::optional<CommittedOffset>>> Cluster::Committed(const std::string& group,
                                                                               const std::string& topic, int partitions,
                                                                               absl::Duration timeout) {
  return ListCommitted(impl_->client(), group, topic, partitions, timeout);
}

absl::Status EnsureTopics(const Brokers& brokers, const std::vector<TopicSpec>& topics, absl::Duration timeout,
                          int replication) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AdminClient> client, AdminClient::Make(brokers, "ordermesh-admin"));
  const base::Deadline deadline = base::Deadline::In(timeout, base::SystemTimer());
  for (const TopicSpec& spec : topics) RETURN_IF_ERROR(EnsureTopic(*client, spec, replication, deadline));
  return absl::OkStatus();
}

absl::StatusOr<int> PartitionCount(const Brokers& brokers, const std::string& topic, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AdminClient> client, AdminClient::Make(brokers, "ordermesh-admin"));
  return CountPartitions(*client, topic, timeout);
}

}  // namespace ordermesh::kafka
