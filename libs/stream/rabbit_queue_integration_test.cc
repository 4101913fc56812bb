// The queue's consumer on a real broker: the queue's contract, and what becomes of a message that ends its consumers.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/stream/queue_consumer.h"
#include "libs/stream/rabbit_queue.h"
#include "libs/stream/testing/queue_conformance.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr char kExchange[] = "stream-test";
constexpr char kDeadLetterExchange[] = "stream-test.dlx";
constexpr char kQueue[] = "stream-test";
constexpr char kDeadLetters[] = "stream-test.dlq";

rabbitmq::Topology Declared() {
  return {.exchanges = {{kDeadLetterExchange, "fanout"}, {kExchange, "topic"}},
          .queues = {{.name = kDeadLetters, .text_arguments = {{"x-queue-type", "quorum"}}},
                     {.name = kQueue,
                      .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", kDeadLetterExchange}},
                      .int_arguments = {{"x-delivery-limit", kHarnessLimit}}}},
          .bindings = {{kDeadLetters, kDeadLetterExchange, ""}}};
}

rabbitmq::ConnectionOptions Broker() { return {.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "stream-test"}; }

RabbitQueueOptions Events() {
  return {
      .connection = Broker(), .queue = kQueue, .topology = Declared(), .bindings = {{kQueue, kExchange, "event.#"}}};
}

class RabbitHarness final : public QueueHarness {
 public:
  RabbitHarness() {
    EXPECT_THAT(rabbitmq::DeclareTopology(broker_, Declared()), IsOk());
    EXPECT_THAT(broker_.CheckQueue(kQueue), IsOkAndHolds(0));
    EXPECT_THAT(queue_.Open(), IsOk()) << "binds";
  }
  ~RabbitHarness() override {
    // Another test finds both queues empty.
    EXPECT_THAT(queue_.Open(), IsOk());
    EXPECT_THAT(queue_.Consume(100), IsOk());
    Drain(queue_);
    RabbitHarness::Buried();
  }
  void Publish(const std::vector<std::string>& bodies) override {
    std::vector<rabbitmq::Message> messages;
    messages.reserve(bodies.size());
    for (const std::string& body : bodies) {
      messages.push_back({.exchange = kExchange, .routing_key = "event.happened", .message_id = body, .body = body});
    }
    EXPECT_THAT(broker_.Publish(messages, 256, absl::Seconds(10)).outcomes, Each(rabbitmq::Outcome::kConfirmed));
  }
  MessageQueue& queue() override { return queue_; }
  std::vector<std::string> Buried() override {
    RabbitQueueOptions options = Events();
    options.queue = kDeadLetters;
    options.bindings = {};
    RabbitQueue dead(options);
    EXPECT_THAT(dead.Open(), IsOk());
    EXPECT_THAT(dead.Consume(100), IsOk());
    return Drain(dead);
  }
  std::int64_t CountBuried() { return broker_.CheckQueue(kDeadLetters).value(); }

 private:
  static std::vector<std::string> Drain(MessageQueue& queue) {
    std::vector<std::string> bodies;
    for (;;) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = queue.Receive(100, absl::Milliseconds(500));
      EXPECT_THAT(some, IsOk());
      if (!some.ok() || some->empty()) return bodies;
      for (const rabbitmq::Delivery& delivery : *some) bodies.push_back(delivery.message.body);
      EXPECT_THAT(queue.Ack(some->back().tag, /*multiple=*/true), IsOk());
    }
  }

  rabbitmq::Connection broker_{Broker()};
  RabbitQueue queue_{Events()};
};

INSTANTIATE_TEST_SUITE_P(Rabbit, QueueConformance, ::testing::Values([] { return std::make_unique<RabbitHarness>(); }));

TEST(RabbitQueueTest, OpensOnlyWhenWhatItNeedsIsThere) {
  RabbitQueueOptions options = Events();
  options.topology.exchanges.push_back({"stream-test.none", "topic"});
  EXPECT_THAT(RabbitQueue(options).Open(), StatusIs(absl::StatusCode::kNotFound));
}

TEST(RabbitQueueTest, ABindingThatIsGoneIsPutBack) {
  RabbitHarness harness;
  rabbitmq::Connection broker(Broker());
  ASSERT_THAT(broker.UnbindQueue(kQueue, kExchange, "event.#"), IsOk());
  ASSERT_THAT(harness.queue().Rebind(), IsOk());
  harness.Publish({"a"});
}

constexpr char kPoison[] = "poison";
constexpr int kCrashed = 3;

// A process that handles what comes, and writes of each to a pipe; the poison ends it as a crash does.
class Consumer {
 public:
  explicit Consumer(int pipe) : pid_(fork()) {
    if (pid_ == 0) Run(pipe);
  }
  ~Consumer() { End(); }
  bool Crashed() { return pid_ != 0 && WasCrash(WNOHANG); }
  // True: it had crashed.
  bool End() {
    if (pid_ == 0) return false;
    kill(pid_, SIGKILL);  // does nothing to one that has ended
    return WasCrash(0);
  }

 private:
  bool WasCrash(int options) {
    int status = 0;
    if (waitpid(pid_, &status, options) != pid_) return false;
    pid_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == kCrashed;
  }
  [[noreturn]] static void Run(int pipe) {
    RabbitQueue queue(Events());
    QueueConsumer consumer(
        {.name = kQueue}, queue,
        [&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
          std::string handled;
          for (const rabbitmq::Delivery& delivery : batch) {
            if (delivery.message.body == kPoison) _exit(kCrashed);
            absl::StrAppend(&handled, delivery.message.body, "\n");
          }
          // Less than PIPE_BUF: at once, or not at all.
          if (write(pipe, handled.data(), handled.size()) < 0) _exit(1);
          return std::vector<Verdict>(batch.size(), Verdict::kAck);
        },
        [](const absl::Status&) {}, base::SystemTimer(), base::SystemRandom());
    consumer.Run(std::stop_token());
    _exit(0);
  }

  pid_t pid_;  // 0: ended
};

class PoisonTest : public ::testing::TestWithParam<int> {
 protected:
  PoisonTest() { EXPECT_EQ(pipe2(pipe_, O_NONBLOCK), 0); }
  ~PoisonTest() override {
    close(pipe_[0]);
    close(pipe_[1]);
  }
  // What was handled since the last call, waiting a moment for it.
  std::vector<std::string> Handled() {
    pollfd ready{pipe_[0], POLLIN, 0};
    poll(&ready, 1, 20);
    char bytes[4096];
    const ssize_t count = read(pipe_[0], bytes, sizeof bytes);
    const absl::string_view text(bytes, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }

  int pipe_[2];
  RabbitHarness harness_;
};

TEST_P(PoisonTest, OneMessageThatEndsItsConsumersIsBuriedAndNoneOfItsNeighbours) {
  std::set<std::string> healthy;
  std::vector<std::string> all;
  for (int i = 0; i < 99; ++i) {
    all.push_back(absl::StrCat("healthy-", i));
    healthy.insert(all.back());
    if (i == 40) all.push_back(kPoison);
  }
  harness_.Publish(all);

  std::vector<std::unique_ptr<Consumer>> consumers(static_cast<std::size_t>(GetParam()));
  std::set<std::string> handled;  // some twice: an acknowledgement that a crash overtakes is lost
  int crashes = 0;
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  for (std::int64_t buried = 0; handled.size() + buried < all.size() && absl::Now() < give_up;) {
    for (std::unique_ptr<Consumer>& consumer : consumers) {
      if (consumer != nullptr && !consumer->Crashed()) continue;
      crashes += consumer == nullptr ? 0 : 1;
      consumer = std::make_unique<Consumer>(pipe_[1]);
    }
    for (std::string& body : Handled()) handled.insert(std::move(body));
    buried = harness_.CountBuried();
  }
  for (std::unique_ptr<Consumer>& consumer : consumers) crashes += consumer->End() ? 1 : 0;
  EXPECT_EQ(handled, healthy);
  EXPECT_THAT(harness_.Buried(), ElementsAre(kPoison));
  EXPECT_EQ(crashes, kHarnessLimit + 1);
}

INSTANTIATE_TEST_SUITE_P(Consumers, PoisonTest, ::testing::Values(1, 2));

}  // namespace
}  // namespace ordermesh::stream
