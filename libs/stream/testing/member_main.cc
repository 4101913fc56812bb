// A member of a group whose sink is idempotent, for partition_consumer_integration_test, which kills it: appends to a
// file
// "<partition> <offset> <value>" for each record. The failpoint member_after_effect stands before the group knows of
// it.
//
//   stream_member_for_test BROKERS TOPIC FILE
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/random.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/kafka_record_source.h"
#include "libs/stream/partition_consumer.h"

namespace ordermesh::stream {
namespace {

class FileSink : public IdempotentSink<std::string> {
 public:
  explicit FileSink(const char* path) : file_(open(path, O_WRONLY | O_APPEND | O_CREAT, 0600)) {}
  ~FileSink() override { close(file_); }

  absl::StatusOr<std::optional<std::string>> Decode(const Record& record) override {
    return absl::StrCat(record.partition, " ", record.offset, " ", record.value, "\n");
  }
  absl::Status Write(const std::vector<const std::string*>& lines) override {
    std::string all;
    for (const std::string* line : lines) all += *line;
    if (write(file_, all.data(), all.size()) != static_cast<ssize_t>(all.size())) {
      return absl::UnavailableError("the file can't be written");
    }
    base::HitFailpoint("member_after_effect");
    return absl::OkStatus();
  }

 private:
  const int file_;
};

void Run(const kafka::Brokers& brokers, const std::string& topic, const char* path) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  base::Metrics registry;
  const ConsumerMetrics metrics(registry, "ordermesh_test");
  FileSink sink(path);
  KafkaDeadLetters dead_letters({.brokers = brokers, .client_id = "test"}, topic + ".dlt");
  // Few records at a time, so that there are many moments to die at.
  PartitionConsumer consumer(
      {.max_records = 20, .gather = absl::ZeroDuration()},
      [&](RecordSource::Callbacks callbacks) {
        return OpenKafkaRecordSource({.brokers = brokers,
                                      .client_id = "test",
                                      .topic = topic,
                                      .group = topic,
                                      .session_timeout = absl::Seconds(6)},
                                     std::move(callbacks));
      },
      sink, dead_letters, metrics, base::SystemTimer(), base::SystemRandom());
  int signal = 0;
  sigwait(&stop, &signal);
}

}  // namespace
}  // namespace ordermesh::stream

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: stream_member_for_test BROKERS TOPIC FILE\n");
    return 64;
  }
  ordermesh::stream::Run({.addresses = argv[1]}, argv[2], argv[3]);
  return 0;
}
