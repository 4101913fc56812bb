#include "libs/messaging/kafka/producer.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/messaging/kafka/broker_errors.h"
#include "libs/messaging/kafka/handles.h"

namespace ordermesh::kafka {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// How long one look at the delivery reports may take, so that the deadline and a failure are noticed.
constexpr int kLookMs = 100;

// Errors that are the record's own: it will never be taken.
bool IsRefusal(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return true;
    default:
      return false;
  }
}

SteadyTime After(absl::Duration duration) {
  return std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(std::min(duration, absl::Hours(24)));
}

int LeftMs(SteadyTime until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kLookMs));
}

}  // namespace

// One idempotent producer, from its making to its first failure.
class Producer::Client {
 public:
  static absl::StatusOr<std::unique_ptr<Client>> Make(const ProducerOptions& options) {
    std::unique_ptr<Client> made(new Client);
    Settings settings(options.brokers, options.client_id);
    settings.Set("acks", "all")
        .Set("enable.idempotence", "true")
        // One request at a time to a broker. The library takes a request that was refused for stored when one behind it
        // was stored ("implicitly acked"), since a broker takes no sequence with a hole. But one that knows nothing of
        // the producer yet does, so that the first record on a topic that was just made, or whose leader has moved,
        // would be lost.
        .Set("max.in.flight.requests.per.connection", "1")
        .Set("linger.ms", absl::StrCat(absl::ToDoubleMilliseconds(options.linger)))
        // A record that timed out would leave a gap that those behind it jump over.
        .Set("message.timeout.ms", "0")
        .Set("partitioner", "murmur2_random")
        .Set("compression.type", "lz4")
        .Set("queue.buffering.max.messages", "20000")
        .Set("queue.buffering.max.kbytes", "65536");
    rd_kafka_conf_set_opaque(settings.get(), made.get());
    rd_kafka_conf_set_dr_msg_cb(settings.get(), Delivered);
    rd_kafka_conf_set_error_cb(settings.get(), Failed);
    ASSIGN_OR_RETURN(made->handle_, settings.Make(RD_KAFKA_PRODUCER));
    return made;
  }

  ~Client() {
    if (handle_ == nullptr) return;
    batch_ = nullptr;
    // Records and their reports must be gone before the client is destroyed, or that would wait for them for ever.
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(handle_.get()) > 0 && rd_kafka_poll(handle_.get(), kLookMs) > 0) {
    }
  }

  Report Publish(absl::Span<const Record> records, SteadyTime until) {
    Batch batch{records, {}, 0, rd_kafka_resp_err_t{}, {}};
    batch.report.outcomes.assign(records.size(), Outcome::kUnknown);
    batch.report.reasons.resize(records.size());
    batch_ = &batch;
    absl::Status status = Enqueue(batch, until);
    while (status.ok() && batch.waiting > 0 && batch.failure.ok()) {
      const int left = LeftMs(until);
      if (left == 0) {
        status = errors_.Explain(absl::DeadlineExceededError(
            absl::StrCat("kafka: ", batch.waiting, " of ", records.size(), " records not stored in time")));
        break;
      }
      rd_kafka_flush(handle_.get(), left);  // reports come inside
      if (!fatal_.ok()) status = fatal_;
    }
    batch_ = nullptr;
    batch.report.status = status.ok() ? batch.failure : status;
    if (batch.report.status.ok()) errors_.Clear();
    refusal_ = batch.refusal;
    return std::move(batch.report);
  }

  // Whether the last batch failed over what may be the fault of a single record.
  bool refused_together() const { return IsRefusal(refusal_); }

 private:
  struct Batch {
    absl::Span<const Record> records;
    Report report;
    std::size_t waiting;          // enqueued, and not reported yet
    rd_kafka_resp_err_t refusal;  // the first that the broker reported
    absl::Status failure;         // the first report that was not PERSISTED
  };

  absl::Status Enqueue(Batch& batch, SteadyTime until) {
    for (std::size_t i = 0; i < batch.records.size(); ++i) {
      rd_kafka_resp_err_t error = Send(batch.records[i], i);
      while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL && batch.failure.ok() && LeftMs(until) > 0) {
        rd_kafka_poll(handle_.get(), LeftMs(until));
        error = Send(batch.records[i], i);
      }
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++batch.waiting;
      } else if (IsRefusal(error)) {
        batch.report.outcomes[i] = Outcome::kRefused;
        batch.report.reasons[i] = rd_kafka_err2str(error);
      } else {
        return fatal_.ok() ? ToStatus(error, "produce") : fatal_;
      }
    }
    return absl::OkStatus();
  }

  rd_kafka_resp_err_t Send(const Record& record, std::size_t index) {
    HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_TOPIC(record.topic.c_str()), RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers.get()),
        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(index)), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) headers.release();  // the record's now
    return error;
  }

  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    Batch* batch = static_cast<Client*>(opaque)->batch_;
    if (batch == nullptr) return;  // purged on the way out
    --batch->waiting;
    const std::size_t index = reinterpret_cast<std::size_t>(message->_private);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR &&
        rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_PERSISTED) {
      batch->report.outcomes[index] = Outcome::kStored;
      return;
    }
    if (IsRefusal(message->err) && !IsRefusal(batch->refusal)) batch->refusal = message->err;
    if (batch->failure.ok()) batch->failure = ToStatus(message->err, "record not stored");
    if (batch->failure.ok()) batch->failure = absl::UnavailableError("kafka: a record may not be stored");
  }

  static void Failed(rd_kafka_t* client, int error, const char* reason, void* opaque) {
    Client& self = *static_cast<Client*>(opaque);
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
      char text[512];
      const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client, text, sizeof text);
      self.fatal_ = absl::UnavailableError(absl::StrCat("kafka: ", rd_kafka_err2name(cause), ": ", text));
    }
    self.errors_.Note(error, reason);
  }

  Batch* batch_ = nullptr;
  rd_kafka_resp_err_t refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  absl::Status fatal_;
  BrokerErrors errors_;
  ClientHandle handle_;  // Last: its callbacks use the others.
};

Producer::Producer(ProducerOptions options) : options_(std::move(options)) {}
Producer::~Producer() = default;

Producer::Report Producer::Publish(absl::Span<const Record> records, absl::Duration timeout) {
  return one_by_one_ > 0 ? PublishOneByOne(records, timeout) : PublishTogether(records, timeout);
}

Producer::Report Producer::PublishTogether(absl::Span<const Record> records, absl::Duration timeout) {
  Report report;
  if (client_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Client>> made = Client::Make(options_);
    if (!made.ok()) {
      report.status = made.status();
      report.outcomes.assign(records.size(), Outcome::kUnknown);
      report.reasons.resize(records.size());
      return report;
    }
    client_ = *std::move(made);
  }
  report = client_->Publish(records, After(timeout));
  if (report.status.ok()) return report;
  if (client_->refused_together()) {
    if (records.size() == 1) {
      report.outcomes[0] = Outcome::kRefused;
      report.reasons[0] = std::string(report.status.message());
      GiveUp(report.status);
      report.status = absl::OkStatus();
      return report;
    }
    one_by_one_ = records.size();
  }
  GiveUp(report.status);
  return report;
}

Producer::Report Producer::PublishOneByOne(absl::Span<const Record> records, absl::Duration timeout) {
  const SteadyTime until = After(timeout);
  Report all;
  all.outcomes.assign(records.size(), Outcome::kUnknown);
  all.reasons.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto left = std::max(until - std::chrono::steady_clock::now(), SteadyTime::duration::zero());
    Report one = PublishTogether(records.subspan(i, 1), absl::FromChrono(left));
    all.outcomes[i] = one.outcomes[0];
    all.reasons[i] = std::move(one.reasons[0]);
    if (!one.status.ok()) {
      all.status = one.status;
      return all;
    }
    if (one_by_one_ > 0) --one_by_one_;
  }
  return all;
}

void Producer::GiveUp(const absl::Status& why) {
  base::LogWarning("kafka_producer_given_up", {{"client", options_.client_id}, {"reason", why.message()}});
  client_.reset();
  restarts_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace ordermesh::kafka
