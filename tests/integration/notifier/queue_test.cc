// The queue's consumer on a real broker: the source's contract, and what becomes of a message that ends its consumers.
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
#include "libs/messaging/topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "services/notifier/queue_loop.h"
#include "services/notifier/rabbit_source.h"
#include "services/notifier/testing/source_conformance.h"

namespace ordermesh::notifier {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ::testing::Each;
using ::testing::ElementsAre;

static_assert(kHarnessLimit == messaging::kDeliveryLimit);

RabbitSourceOptions Events() {
  return {.connection = {.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "queue-test"},
          .queue = messaging::kNotificationsQueue,
          .exchange = messaging::kOrdersExchange,
          .binding = messaging::kNotificationsBinding};
}

class RabbitHarness final : public SourceHarness {
 public:
  RabbitHarness() {
    EXPECT_THAT(rabbitmq::DeclareTopology(broker_), IsOk());
    EXPECT_THAT(broker_.CheckQueue(messaging::kNotificationsQueue), IsOkAndHolds(0));
  }
  ~RabbitHarness() override {
    // Another test finds both queues empty.
    EXPECT_THAT(source_.Open(), IsOk());
    EXPECT_THAT(source_.Consume(100), IsOk());
    Drain(source_);
    RabbitHarness::Buried();
  }
  void Publish(const std::vector<std::string>& bodies) override {
    std::vector<rabbitmq::Message> messages;
    messages.reserve(bodies.size());
    for (const std::string& body : bodies) {
      messages.push_back({.exchange = messaging::kOrdersExchange,
                          .routing_key = "ordermesh.order.accepted.v1",
                          .message_id = body,
                          .body = body});
    }
    EXPECT_THAT(broker_.Publish(messages, 256, absl::Seconds(10)).outcomes, Each(rabbitmq::Outcome::kConfirmed));
  }
  DeliverySource& source() override { return source_; }
  std::vector<std::string> Buried() override {
    RabbitSourceOptions options = Events();
    options.queue = messaging::kNotificationsDeadLetters;
    options.binding = "";
    RabbitSource dead(options);
    EXPECT_THAT(dead.Open(), IsOk());
    EXPECT_THAT(dead.Consume(100), IsOk());
    return Drain(dead);
  }
  std::int64_t CountBuried() { return broker_.CheckQueue(messaging::kNotificationsDeadLetters).value(); }

 private:
  static std::vector<std::string> Drain(DeliverySource& source) {
    std::vector<std::string> bodies;
    for (;;) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = source.Receive(100, absl::Milliseconds(500));
      EXPECT_THAT(some, IsOk());
      if (!some.ok() || some->empty()) return bodies;
      for (const rabbitmq::Delivery& delivery : *some) bodies.push_back(delivery.message.body);
      EXPECT_THAT(source.Ack(some->back().tag, /*multiple=*/true), IsOk());
    }
  }

  rabbitmq::Connection broker_{Events().connection};
  RabbitSource source_{Events()};
};

INSTANTIATE_TEST_SUITE_P(Rabbit, SourceConformance,
                         ::testing::Values([] { return std::make_unique<RabbitHarness>(); }));

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
    RabbitSource source(Events());
    QueueLoop loop(
        {.name = messaging::kNotificationsQueue}, source,
        [&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
          std::string handled;
          for (const rabbitmq::Delivery& delivery : batch) {
            if (delivery.message.body == kPoison) _exit(kCrashed);
            absl::StrAppend(&handled, delivery.message.body, "\n");
          }
          // Less than PIPE_BUF: at once, or not at all.
          if (write(pipe, handled.data(), handled.size()) < 0) _exit(1);
          return std::vector<Verdict>(batch.size(), Verdict::kDone);
        },
        [](const absl::Status&) {}, base::SystemTimer(), base::SystemRandom());
    loop.Run(std::stop_token());
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
  EXPECT_EQ(crashes, messaging::kDeliveryLimit + 1);
}

INSTANTIATE_TEST_SUITE_P(Consumers, PoisonTest, ::testing::Values(1, 2));

}  // namespace
}  // namespace ordermesh::notifier
