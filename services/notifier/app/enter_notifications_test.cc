#include "services/notifier/app/enter_notifications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/order_event.h"
#include "services/notifier/testing/events.h"
#include "services/notifier/testing/fake_ledger.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using stream::Verdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Takes what it has room for.
class FakeChannelQueue : public ChannelQueue {
 public:
  FakeChannelQueue(Channel channel, int room) : channel_(channel), room_(room) {}
  Channel channel() const override { return channel_; }
  bool keeps_payload() const override { return channel_ != Channel::kLog; }
  int Reserve(int wanted) override {
    const int granted = std::min(wanted, room_);
    room_ -= granted;
    return granted;
  }
  void Offer(std::vector<ClaimedNotification> claimed, int reserved) override {
    room_ += reserved - static_cast<int>(claimed.size());
    for (ClaimedNotification& notification : claimed) offered.push_back(std::move(notification));
  }
  int room() const { return room_; }
  std::vector<ClaimedNotification> offered;

 private:
  const Channel channel_;
  int room_;
};

rabbitmq::Delivery Message(std::string body) {
  rabbitmq::Delivery delivery;
  delivery.message.body = std::move(body);
  return delivery;
}

class EnterNotificationsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<Verdict>> Run(const std::vector<std::string>& bodies) {
    std::vector<rabbitmq::Delivery> deliveries;
    for (const std::string& body : bodies) deliveries.push_back(Message(body));
    return enter_.Run(deliveries);
  }
  double Received() { return EventMetrics(metrics_).received.Value(); }

  testing::FakeClock clock_;
  FakeLedgerRows rows_{clock_, clock_};
  FakeLedger ledger_{rows_};
  FakeChannelQueue email_{Channel::kEmail, 2}, log_{Channel::kLog, 100};
  base::Metrics metrics_;
  EnterNotifications enter_{ledger_, {&email_, &log_}, EventMetrics(metrics_)};
};

TEST_F(EnterNotificationsTest, EntersEachEventForEachChannelAndHandsOverWhatThereIsRoomFor) {
  EXPECT_THAT(Run({EventBody(1), EventBody(2), EventBody(3)}),
              IsOkAndHolds(ElementsAre(Verdict::kAck, Verdict::kAck, Verdict::kAck)));
  EXPECT_THAT(rows_.rows(), SizeIs(6));
  EXPECT_THAT(email_.offered, SizeIs(2));
  EXPECT_THAT(log_.offered, SizeIs(3));
  EXPECT_EQ(email_.offered[0].event.payload, EventBody(1));
}

TEST_F(EnterNotificationsTest, ARepeatIsDoneAndHandedOverToNobody) {
  ASSERT_TRUE(Run({EventBody(1)}).ok());
  EXPECT_THAT(Run({EventBody(1)}), IsOkAndHolds(ElementsAre(Verdict::kAck)));
  EXPECT_THAT(log_.offered, SizeIs(1));
  EXPECT_EQ(log_.room(), 99) << "the place set aside was given back";
  EXPECT_EQ(EventMetrics(metrics_).deduped.Value(), 2);
}

TEST_F(EnterNotificationsTest, WhatIsNoEventIsRefusedAndTheRestDone) {
  EXPECT_THAT(Run({EventBody(1), "{", "", EventBody(2), "[]"}),
              IsOkAndHolds(ElementsAre(Verdict::kAck, Verdict::kBury, Verdict::kBury, Verdict::kAck, Verdict::kBury)));
  EXPECT_EQ(EventMetrics(metrics_).refused.Value(), 3);
}

TEST_F(EnterNotificationsTest, WhatNobodyIsToldOfIsDoneAndCounted) {
  std::string returned = EventBody(2);
  returned.replace(returned.find("accepted"), 8, "returned");
  EXPECT_THAT(Run({EventBody(1), returned, EventBody(3)}),
              IsOkAndHolds(ElementsAre(Verdict::kAck, Verdict::kAck, Verdict::kAck)));
  EXPECT_THAT(log_.offered, SizeIs(2));
  EXPECT_EQ(EventMetrics(metrics_).ignored.Value(), 1);
  EXPECT_EQ(EventMetrics(metrics_).refused.Value(), 0);
}

TEST_F(EnterNotificationsTest, OneThatTheLedgerRefusesIsRetriedAndItsNeighboursAreDone) {
  rows_.RefuseEvent(AnEvent(2).id);
  EXPECT_THAT(Run({EventBody(1), EventBody(2), EventBody(3)}),
              IsOkAndHolds(ElementsAre(Verdict::kAck, Verdict::kRetry, Verdict::kAck)));
  EXPECT_THAT(log_.offered, SizeIs(2));
  EXPECT_EQ(log_.room(), 98);
}

TEST_F(EnterNotificationsTest, WhatComesAgainAndAgainIsLoggedMoreAndMoreRarelyUntilABatchIsWell) {
  rows_.RefuseEvent(AnEvent(2).id);
  const auto lines = [this](int batches) {
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < batches; ++i) EXPECT_TRUE(Run({"{", EventBody(2)}).ok());
    const std::string log = ::testing::internal::GetCapturedStderr();
    const auto count = [&log](const char* event) {
      return std::vector<std::string>(absl::StrSplit(log, event)).size() - 1;
    };
    EXPECT_EQ(count("\"event_refused\""), count("\"event_not_entered\""));
    return count("\"event_refused\"");
  };
  EXPECT_EQ(lines(20), 5u) << "the 1st, 2nd, 4th, 8th and 16th";
  EXPECT_EQ(lines(10), 0u);
  ASSERT_TRUE(Run({EventBody(1)}).ok());
  EXPECT_EQ(lines(3), 2u);
}

TEST_F(EnterNotificationsTest, ALedgerThatIsDownIsNoVerdict) {
  rows_.FailNext(absl::UnavailableError("down"));
  EXPECT_THAT(Run({EventBody(1)}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(log_.room(), 100);
  EXPECT_EQ(Received(), 0) << "they are counted when they are entered";
  EXPECT_TRUE(Run({EventBody(1)}).ok());
  EXPECT_EQ(Received(), 1);
}

TEST(ReadEventTest, TakesTheEventFromItsEnvelope) {
  ASSERT_OK_AND_ASSIGN(const Event event, ReadEvent(EventBody(7, 2)));
  const Event expected = AnEvent(7, 2);
  EXPECT_EQ(event.id, expected.id);
  EXPECT_EQ(event.type, expected.type);
  EXPECT_EQ(event.order_id, expected.order_id);
  EXPECT_EQ(event.order_version, 2);
  EXPECT_EQ(event.traceparent, expected.traceparent);
}

TEST(ReadEventTest, CustomersAreToldOfEachStateOfTheirOrders) {
  using State = domain::OrderState;
  for (const State state : {State::kAccepted, State::kPaid, State::kShipped, State::kDelivered, State::kCancelled}) {
    ASSERT_OK_AND_ASSIGN(const Event event, ReadEvent(EventBodyOf(state, 7, 3)));
    EXPECT_EQ(event.type, wire::EventTypeOf(state));
    EXPECT_EQ(event.order_version, 3);
  }
}

TEST(ReadEventTest, ATraceThatIsNoneIsLeftOut) {
  std::string body = EventBody(1);
  body.replace(body.find("00-0af7"), 3, R"(\u0000)");
  ASSERT_OK_AND_ASSIGN(const Event event, ReadEvent(body));
  EXPECT_EQ(event.traceparent, "");
}

TEST(ReadEventTest, TellsWhatNobodyIsToldOfFromGarbage) {
  std::string body = EventBody(1);
  body.replace(body.find("accepted"), 8, "unpacked");
  EXPECT_THAT(ReadEvent(body), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(ReadEvent("garbage"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::notifier
