#include "services/relay/app/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "libs/testing/status_matchers.h"
#include "services/relay/testing/events.h"
#include "services/relay/testing/fake_sink.h"

namespace ordermesh::relay {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;

constexpr absl::Duration kLong = absl::Seconds(30);

class PublisherTest : public ::testing::Test {
 protected:
  bool WaitUntilItPublishes(int times) {
    return sink_.WaitFor([&](const std::vector<Event>&, int publishes) { return publishes >= times; });
  }

  const Event one_ = AnEvent(1, 1), two_ = AnEvent(2, 2);
  FakeSink sink_;
};

TEST_F(PublisherTest, GivesTheReportOfEachWaveOnce) {
  Publisher publisher(sink_, kLong);
  publisher.Start({&one_});
  EXPECT_THAT(publisher.Wait(kLong)->confirms, ElementsAre(Sink::Confirm::kDelivered));
  EXPECT_FALSE(publisher.Wait(absl::ZeroDuration()).has_value());
  sink_.Refuse(two_.id);
  publisher.Start({&one_, &two_});
  EXPECT_THAT(publisher.Wait(kLong)->confirms, ElementsAre(Sink::Confirm::kDelivered, Sink::Confirm::kRefused));
}

TEST_F(PublisherTest, TheLaneIsFreeWhileTheSinkIsBusy) {
  Publisher publisher(sink_, kLong);
  sink_.Hold(true);
  publisher.Start({&one_});
  ASSERT_TRUE(WaitUntilItPublishes(1));
  EXPECT_FALSE(publisher.Wait(absl::Milliseconds(1)).has_value());
  EXPECT_FALSE(publisher.Wait(absl::ZeroDuration()).has_value());
  sink_.Hold(false);
  EXPECT_THAT(publisher.Wait(kLong)->status, IsOk());
}

TEST_F(PublisherTest, ASinkIsGivenItsTimeout) {
  Publisher publisher(sink_, absl::Milliseconds(20));
  sink_.Hold(true);  // for as long as it may
  sink_.SetDown(true);
  publisher.Start({&one_});
  EXPECT_THAT(publisher.Wait(kLong)->status, StatusIs(absl::StatusCode::kUnavailable));
}

// What a wave points to may go away after Finish, and its report must not be taken for the next one's.
TEST_F(PublisherTest, FinishWaitsForTheWaveAndDropsItsReport) {
  Publisher publisher(sink_, kLong);
  publisher.Finish();  // nothing is under way
  sink_.Hold(true);
  sink_.SetDown(true);
  publisher.Start({&one_});
  ASSERT_TRUE(WaitUntilItPublishes(1));
  std::jthread release([this] { sink_.Hold(false); });
  publisher.Finish();
  sink_.SetDown(false);
  EXPECT_FALSE(publisher.Wait(absl::ZeroDuration()).has_value());
  publisher.Start({&two_});
  EXPECT_THAT(publisher.Wait(kLong)->status, IsOk());
  ASSERT_EQ(sink_.got().size(), 1u);
  EXPECT_EQ(sink_.got()[0].id, two_.id);
}

TEST_F(PublisherTest, ItsEndWaitsForTheWaveToo) {
  sink_.Hold(true);
  std::jthread release;
  {
    Publisher publisher(sink_, kLong);
    publisher.Start({&one_});
    ASSERT_TRUE(WaitUntilItPublishes(1));
    release = std::jthread([this] { sink_.Hold(false); });
  }
  EXPECT_EQ(sink_.got().size(), 1u);
}

class IdleSink : public Sink {
 public:
  Report Publish(absl::Span<const Event* const>, absl::Duration) override { return {}; }
  void Idle() override {
    base::MutexLock lock(mu_);
    idled_ = true;
    changed_.NotifyAll();
  }
  bool AwaitIdle() {
    base::MutexLock lock(mu_);
    return changed_.WaitFor(mu_, {}, kLong, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return idled_; });
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  bool idled_ ABSL_GUARDED_BY(mu_) = false;
};

TEST(PublisherIdleTest, ASinkThatHasNothingToDoKeepsItsConnection) {
  IdleSink sink;
  Publisher publisher(sink, kLong);
  EXPECT_TRUE(sink.AwaitIdle());
}

}  // namespace
}  // namespace ordermesh::relay
