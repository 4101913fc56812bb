#include "libs/messaging/kafka/consumer.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/messaging/kafka/broker_errors.h"
#include "libs/messaging/kafka/handles.h"
#include "libs/messaging/kafka/rebalance.h"

namespace ordermesh::kafka {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kBetweenProbes{1};
constexpr int kProbeMs = 500;
constexpr int kSeekMs = 1000;

ReceivedRecord ToRecord(const rd_kafka_message_t& message) {
  ReceivedRecord record;
  record.topic = rd_kafka_topic_name(message.rkt);
  record.partition = message.partition;
  record.offset = message.offset;
  if (message.key != nullptr) record.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.payload != nullptr) record.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_timestamp_type_t kind;
  record.timestamp = absl::FromUnixMillis(std::max<std::int64_t>(rd_kafka_message_timestamp(&message, &kind), 0));
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(name, value == nullptr ? "" : std::string(static_cast<const char*>(value), size));
    }
  }
  return record;
}

PartitionsHandle ToList(const Partitions& partitions) {
  PartitionsHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.positions().size())));
  for (const auto& [name, position] : partitions.positions()) {
    rd_kafka_topic_partition_list_add(list.get(), name.first.c_str(), name.second)->offset = position;
  }
  return list;
}

PartitionsHandle OnePartition(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  PartitionsHandle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  return list;
}

}  // namespace

absl::string_view ReceivedRecord::header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

class Consumer::Impl {
 public:
  Impl(ConsumerOptions options, Start start, Revoked revoked)
      : options_(std::move(options)), start_(std::move(start)), revoked_(std::move(revoked)) {}
  ~Impl() {
    // Leaves the group; the callback gives the partitions back.
    if (client_ != nullptr) rd_kafka_consumer_close(client_.get());
  }

  absl::Status Open();
  absl::StatusOr<std::vector<ReceivedRecord>> Poll(int max, absl::Duration timeout);
  absl::StatusOr<std::vector<ReceivedRecord>> ReadAt(const std::string& topic, std::int32_t partition,
                                                     std::int64_t offset, int count, absl::Duration timeout);
  absl::Status Seek(const std::string& topic, std::int32_t partition, std::int64_t offset);
  void Commit(const std::string& topic, std::int32_t partition, std::int64_t next_offset, absl::string_view metadata) {
    const PartitionsHandle list = OnePartition(topic, partition, next_offset);
    if (!metadata.empty()) {
      rd_kafka_topic_partition_t& only = list->elems[0];
      only.metadata = rd_kafka_mem_malloc(client_.get(), metadata.size());  // the list's: it frees it
      std::memcpy(only.metadata, metadata.data(), metadata.size());
      only.metadata_size = metadata.size();
    }
    const rd_kafka_resp_err_t error = rd_kafka_commit(client_.get(), list.get(), /*async=*/1);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) LogCommit(error);
  }
  absl::StatusOr<std::optional<CommittedOffset>> Committed(const std::string& topic, std::int32_t partition,
                                                           absl::Duration timeout) {
    const PartitionsHandle list = OnePartition(topic, partition, RD_KAFKA_OFFSET_INVALID);
    const std::string what = absl::StrCat("committed offset of ", topic, "/", partition);
    RETURN_IF_ERROR(ToStatus(rd_kafka_committed(client_.get(), list.get(), ToMilliseconds(timeout)), what));
    const rd_kafka_topic_partition_t& only = list->elems[0];
    RETURN_IF_ERROR(ToStatus(only.err, what));
    if (only.offset < 0) return std::nullopt;
    return CommittedOffset{only.offset, std::string(static_cast<const char*>(only.metadata), only.metadata_size)};
  }
  absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Watermarks(const std::string& topic, std::int32_t partition,
                                                                   absl::Duration timeout) {
    std::int64_t low = 0, high = 0;
    RETURN_IF_ERROR(ToStatus(
        rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), partition, &low, &high, ToMilliseconds(timeout)),
        absl::StrCat("offsets of ", topic, "/", partition)));
    return std::make_pair(low, high);
  }
  const Partitions& partitions() const { return partitions_; }

 private:
  static void Rebalanced(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* list, void* self) {
    static_cast<Impl*>(self)->Rebalance(error, *list);
  }
  static void Failed(rd_kafka_t* client, int error, const char* reason, void* self);
  static void Committed(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t*, void*) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__NO_OFFSET) LogCommit(error);
  }
  static void LogCommit(rd_kafka_resp_err_t error) {
    base::LogWarning("kafka_commit_failed", {{"reason", rd_kafka_err2str(error)}});
  }

  void Rebalance(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t& list);
  // Begins to read, when every partition has its position; the error of `start` otherwise.
  absl::Status BeginReading();
  // Takes over one message; false when it says that there is something wrong, which is kept in trouble_.
  void Take(const rd_kafka_message_t& message, std::vector<ReceivedRecord>& records);
  // While no broker is to be had, looks for one from time to time.
  absl::Status Reachable();

  const ConsumerOptions options_;
  const Start start_;
  const Revoked revoked_;
  Partitions partitions_;
  bool reading_ = false;
  bool rebalanced_ = false;  // since the last look
  absl::Status trouble_;  // what the library last complained of; OK again as soon as a record comes or a broker answers
  bool fenced_ = false;
  steady_clock::time_point next_probe_{};
  BrokerErrors errors_;
  ClientHandle reader_;  // for ReadAt
  ClientHandle client_;  // Last: its callbacks use the others.
};

absl::Status Consumer::Impl::Open() {
  Settings settings(options_.brokers, options_.client_id);
  const absl::Duration heartbeat = std::min(options_.session_timeout / 3, absl::Seconds(3));
  settings.Set("group.id", options_.group)
      .Set("partition.assignment.strategy", "range")
      .Set("enable.auto.commit", "false")
      .Set("enable.auto.offset.store", "false")
      .Set("auto.offset.reset", "error")
      .Set("allow.auto.create.topics", "false")
      .Set("session.timeout.ms", absl::StrCat(ToMilliseconds(options_.session_timeout)))
      .Set("heartbeat.interval.ms", absl::StrCat(ToMilliseconds(heartbeat)))
      .Set("max.poll.interval.ms", absl::StrCat(ToMilliseconds(options_.max_poll_interval)))
      .Set("fetch.wait.max.ms", "100")
      .Set("fetch.error.backoff.ms", "100")
      .Set("queued.max.messages.kbytes", "8192")
      .Set("topic.metadata.refresh.interval.ms", "30000");
  rd_kafka_conf_set_opaque(settings.get(), this);
  rd_kafka_conf_set_rebalance_cb(settings.get(), Rebalanced);
  rd_kafka_conf_set_offset_commit_cb(settings.get(), Committed);
  rd_kafka_conf_set_error_cb(settings.get(), Failed);
  ASSIGN_OR_RETURN(client_, settings.Make(RD_KAFKA_CONSUMER));
  rd_kafka_poll_set_consumer(client_.get());
  PartitionsHandle topics(rd_kafka_topic_partition_list_new(static_cast<int>(options_.topics.size())));
  for (const std::string& topic : options_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  return ToStatus(rd_kafka_subscribe(client_.get(), topics.get()), "subscribe");
}

void Consumer::Impl::Rebalance(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t& list) {
  for (const auto& [topic, partition] : partitions_.Revoke()) revoked_(topic, partition);
  reading_ = false;
  rebalanced_ = true;
  const bool assigned = error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  // Answers the group either way: what it gave us is read as soon as it has its position. An assignment is answered by
  // a list, if an empty one; by none the library would wait for ours, and take part in no rebalance meanwhile.
  const PartitionsHandle nothing_yet(rd_kafka_topic_partition_list_new(0));
  rd_kafka_assign(client_.get(), assigned ? nothing_yet.get() : nullptr);
  if (!assigned) return;
  std::vector<Partitions::Name> names;
  for (int i = 0; i < list.cnt; ++i) names.emplace_back(list.elems[i].topic, list.elems[i].partition);
  partitions_.Assign(names);
  base::LogInfo("kafka_assigned", {{"group", options_.group}, {"partitions", list.cnt}});
}

absl::Status Consumer::Impl::BeginReading() {
  if (reading_ || partitions_.positions().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(partitions_.StartAll(start_));
  const PartitionsHandle list = ToList(partitions_);
  RETURN_IF_ERROR(ToStatus(rd_kafka_assign(client_.get(), list.get()), "assign"));
  reading_ = true;
  return absl::OkStatus();
}

void Consumer::Impl::Failed(rd_kafka_t* client, int error, const char* reason, void* self) {
  Impl& impl = *static_cast<Impl*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    char text[512];
    rd_kafka_fatal_error(client, text, sizeof text);
    impl.trouble_ = absl::FailedPreconditionError(absl::StrCat("kafka: ", text));
    impl.fenced_ = true;
    return;
  }
  impl.errors_.Note(error, reason);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    impl.trouble_ = impl.errors_.Explain(absl::UnavailableError("kafka: no broker can be reached"));
  }
}

void Consumer::Impl::Take(const rd_kafka_message_t& message, std::vector<ReceivedRecord>& records) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      return;  // the group takes the partitions back; the next poll joins again
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      // The log does not hold our offset: only the caller knows what that means.
      base::LogWarning("kafka_offset_out_of_range", {{"reason", rd_kafka_message_errstr(&message)}});
      partitions_.Unstart(rd_kafka_topic_name(message.rkt), message.partition);
      reading_ = false;
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      trouble_ = absl::FailedPreconditionError(absl::StrCat("kafka: ", rd_kafka_message_errstr(&message)));
      return;
    default:
      if (!fenced_) trouble_ = ToStatus(message.err, "consume");
      return;
  }
  const char* topic = rd_kafka_topic_name(message.rkt);
  if (!reading_ || !partitions_.Wants(topic, message.partition, message.offset)) return;
  partitions_.MoveTo(topic, message.partition, message.offset + 1);
  if (!fenced_ && !trouble_.ok()) {
    trouble_ = absl::OkStatus();
    errors_.Clear();
  }
  records.push_back(ToRecord(message));
}

absl::Status Consumer::Impl::Reachable() {
  if (trouble_.ok() || fenced_) return trouble_;
  const auto now = steady_clock::now();
  if (now < next_probe_) return trouble_;
  next_probe_ = now + kBetweenProbes;
  // Nothing tells that a broker is back, or a topic there, while no record comes: ask.
  for (const std::string& topic : options_.topics) {
    TopicHandle handle(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 0, handle.get(), &metadata, kProbeMs);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (metadata->topic_cnt == 1) error = metadata->topics[0].err;
      rd_kafka_metadata_destroy(metadata);
    }
    const absl::Status status = errors_.Explain(ToStatus(error, absl::StrCat("topic ", topic)));
    if (absl::IsNotFound(status)) return trouble_ = absl::FailedPreconditionError(status.message());
    if (!status.ok()) return trouble_ = status;
  }
  errors_.Clear();
  return trouble_ = absl::OkStatus();
}

absl::StatusOr<std::vector<ReceivedRecord>> Consumer::Impl::Poll(int max, absl::Duration timeout) {
  std::vector<ReceivedRecord> records;
  const auto until = steady_clock::now() + absl::ToChronoMicroseconds(timeout);
  // Callbacks run inside the library's poll, so what they leave to be done is done after each.
  absl::Status begun = BeginReading();
  std::size_t bytes = 0;
  while (static_cast<int>(records.size()) < max && bytes < kMaxPollBytes) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
    const bool wait = records.empty() && left > 0;
    const MessageHandle message(rd_kafka_consumer_poll(client_.get(), wait ? static_cast<int>(left) : 0));
    if (std::exchange(rebalanced_, false)) records.clear();  // they come again, to whoever has their partition now
    if (message != nullptr) {
      bytes += message->len;
      Take(*message, records);
    }
    if (!reading_ && begun.ok()) begun = BeginReading();
    if (message == nullptr && !wait) break;
  }
  if (!records.empty()) return records;
  RETURN_IF_ERROR(begun);
  RETURN_IF_ERROR(Reachable());
  return records;
}

absl::Status Consumer::Impl::Seek(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  if (!partitions_.has(topic, partition)) {
    return absl::FailedPreconditionError(absl::StrCat("kafka: ", topic, "/", partition, " is not assigned to us"));
  }
  partitions_.MoveTo(topic, partition, offset);
  if (!reading_) return absl::OkStatus();
  const PartitionsHandle list = OnePartition(topic, partition, offset);
  ErrorHandle error(rd_kafka_seek_partitions(client_.get(), list.get(), kSeekMs));
  if (error == nullptr && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  // A partition that is not being fetched yet can't be moved: all begin anew, each where it is.
  const PartitionsHandle all = ToList(partitions_);
  return ToStatus(rd_kafka_assign(client_.get(), all.get()), "seek");
}

absl::StatusOr<std::vector<ReceivedRecord>> Consumer::Impl::ReadAt(const std::string& topic, std::int32_t partition,
                                                                   std::int64_t offset, int count,
                                                                   absl::Duration timeout) {
  const auto until = steady_clock::now() + absl::ToChronoMicroseconds(timeout);
  if (reader_ == nullptr) {
    Settings settings(options_.brokers, absl::StrCat(options_.client_id, "-reader"));
    settings.Set("allow.auto.create.topics", "false").Set("fetch.wait.max.ms", "10");
    settings.Set("queued.max.messages.kbytes", "1024").Set("auto.offset.reset", "earliest");
    ASSIGN_OR_RETURN(reader_, settings.Make(RD_KAFKA_CONSUMER));
  }
  ASSIGN_OR_RETURN(const auto marks, Watermarks(topic, partition, timeout));
  const std::int64_t first = std::max(offset, marks.first), end = std::min(offset + count, marks.second);
  std::vector<ReceivedRecord> records;
  if (first >= end) return records;
  const std::string what = absl::StrCat("reading ", topic, "/", partition);
  TopicHandle handle(rd_kafka_topic_new(reader_.get(), topic.c_str(), nullptr));
  if (handle == nullptr) return ToStatus(rd_kafka_last_error(), what);
  if (rd_kafka_consume_start(handle.get(), partition, first) != 0) return ToStatus(rd_kafka_last_error(), what);
  absl::Status status;
  std::int64_t next = first;
  while (next < end && status.ok()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
    const MessageHandle message(left > 0 ? rd_kafka_consume(handle.get(), partition, static_cast<int>(left)) : nullptr);
    if (message == nullptr) {
      status = absl::UnavailableError(absl::StrCat("kafka: ", what, ": no broker answered"));
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      status = ToStatus(message->err, what);
    } else {
      next = message->offset + 1;
      if (message->offset < end) records.push_back(ToRecord(*message));
    }
  }
  rd_kafka_consume_stop(handle.get(), partition);
  if (!status.ok()) return status;
  return records;
}

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;

absl::StatusOr<std::unique_ptr<Consumer>> Consumer::Create(ConsumerOptions options, Start start, Revoked revoked) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(start), std::move(revoked));
  RETURN_IF_ERROR(impl->Open());
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

absl::StatusOr<std::vector<ReceivedRecord>> Consumer::Poll(int max, absl::Duration timeout) {
  return impl_->Poll(max, timeout);
}
absl::StatusOr<std::vector<ReceivedRecord>> Consumer::ReadAt(const std::string& topic, std::int32_t partition,
                                                             std::int64_t offset, int count, absl::Duration timeout) {
  return impl_->ReadAt(topic, partition, offset, count, timeout);
}
absl::Status Consumer::Seek(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  return impl_->Seek(topic, partition, offset);
}
void Consumer::Commit(const std::string& topic, std::int32_t partition, std::int64_t next_offset,
                      absl::string_view metadata) {
  impl_->Commit(topic, partition, next_offset, metadata);
}
absl::StatusOr<std::optional<CommittedOffset>> Consumer::Committed(const std::string& topic, std::int32_t partition,
                                                                   absl::Duration timeout) {
  return impl_->Committed(topic, partition, timeout);
}
absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Consumer::Watermarks(const std::string& topic,
                                                                           std::int32_t partition,
                                                                           absl::Duration timeout) {
  return impl_->Watermarks(topic, partition, timeout);
}
std::vector<std::pair<std::string, std::int32_t>> Consumer::Assignment() const { return impl_->partitions().names(); }

}  // namespace ordermesh::kafka
