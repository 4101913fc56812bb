// A Kafka producer that says of a batch whether all of it is safely stored.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/message.h"

namespace ordermesh::kafka {

struct Record {
  std::string topic;
  std::string key;
  std::string value;
  messaging::Headers headers;
};

struct ProducerOptions {
  Brokers brokers;
  std::string client_id;
  absl::Duration linger = absl::Milliseconds(5);
};

// Idempotent, acks=all, no message timeout, partition by murmur2 of the key as Java's clients do. Belongs to one
// thread.
//
// A record counts as stored only when its delivery report says PERSISTED. After any other report the order of what
// follows is no longer certain, so the producer is purged and the next call makes a new one: the caller starts again
// from its own cursor, and may repeat records, but never skips one.
class Producer {
 public:
  explicit Producer(ProducerOptions options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // What became of each record of a batch.
  enum class Outcome {
    kStored,
    kUnknown,  // not confirmed: publish it again
    kRefused,  // never will be: too large, or malformed. It was not sent.
  };
  struct Report {
    // OK: every outcome is kStored or kRefused. kNotFound: there is no such topic.
    absl::Status status;
    std::vector<Outcome> outcomes;     // one for each record
    std::vector<std::string> reasons;  // for those refused; empty otherwise
  };

  // Publishes and waits for every delivery report, until `timeout` of steady time has passed (kDeadlineExceeded) or the
  // producer failed (kUnavailable). Nothing lingers when the batch is complete: the caller's batch is what gathers.
  Report Publish(absl::Span<const Record> records, absl::Duration timeout);

  // How often a producer had to be given up.
  std::int64_t restarts() const { return restarts_.load(std::memory_order_relaxed); }

 private:
  class Client;
  Report PublishTogether(absl::Span<const Record> records, absl::Duration timeout);
  Report PublishOneByOne(absl::Span<const Record> records, absl::Duration timeout);
  void GiveUp(const absl::Status& why);

  const ProducerOptions options_;
  std::unique_ptr<Client> client_;
  // The broker refused a request of several records for one of them; so many records are now sent alone, to find it.
  std::size_t one_by_one_ = 0;
  std::atomic<std::int64_t> restarts_{0};
};

}  // namespace ordermesh::kafka
