#include "services/notifier/app/chores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "services/notifier/testing/events.h"
#include "services/notifier/testing/fake_ledger.h"
#include "services/notifier/testing/fake_resends.h"

namespace ordermesh::notifier {
namespace {

constexpr LedgerOptions kOptions = {.lease = absl::Seconds(30), .gap_wait = absl::Seconds(60)};

TEST(RescueAndMeasureTest, MakesDueWhatADeadWorkerLeftAndCountsIt) {
  testing::FakeClock clock;
  FakeLedgerRows rows(clock, clock, kOptions);
  FakeLedger ledger(rows);
  const Event event = AnEvent(1);
  ASSERT_TRUE(ledger.Enter({{.event = &event, .channel = Channel::kLog, .claim = true}}).ok());
  base::Metrics metrics;
  std::vector<std::pair<Channel, ChannelMetrics>> channels = {
      {Channel::kEmail, ChannelMetrics(metrics, Channel::kEmail)},
      {Channel::kLog, ChannelMetrics(metrics, Channel::kLog)}};
  const ChoreMetrics chores(metrics);
  ChoreFailures failures;

  RescueAndMeasure(ledger, channels, chores, failures);
  EXPECT_EQ(chores.rescued.Value(), 0);
  EXPECT_EQ(channels[1].second.due.Value(), 0);

  clock.Advance(kOptions.lease + absl::Seconds(1));
  RescueAndMeasure(ledger, channels, chores, failures);
  EXPECT_EQ(chores.rescued.Value(), 1);
  EXPECT_EQ(channels[0].second.due.Value(), 0);
  EXPECT_EQ(channels[1].second.due.Value(), 1);

  clock.Advance(absl::Seconds(5));
  RescueAndMeasure(ledger, channels, chores, failures);
  EXPECT_EQ(channels[1].second.oldest_due.Value(), 5);
}

TEST(RescueAndMeasureTest, KeepsTheLastFiguresWhenTheLedgerCannotBeReached) {
  testing::FakeClock clock;
  FakeLedgerRows rows(clock, clock, kOptions);
  FakeLedger ledger(rows);
  const Event event = AnEvent(1);
  ASSERT_TRUE(ledger.Enter({{.event = &event, .channel = Channel::kLog, .claim = false}}).ok());
  base::Metrics metrics;
  std::vector<std::pair<Channel, ChannelMetrics>> channels = {{Channel::kLog, ChannelMetrics(metrics, Channel::kLog)}};
  ChoreFailures failures;
  RescueAndMeasure(ledger, channels, ChoreMetrics(metrics), failures);
  rows.FailNext(absl::UnavailableError("down"));
  RescueAndMeasure(ledger, channels, ChoreMetrics(metrics), failures);
  EXPECT_EQ(channels[0].second.due.Value(), 1);
}

TEST(RescueAndMeasureTest, LogsALedgerThatStaysAwayMoreAndMoreRarely) {
  testing::FakeClock clock;
  FakeLedgerRows rows(clock, clock, kOptions);
  FakeLedger ledger(rows);
  base::Metrics metrics;
  std::vector<std::pair<Channel, ChannelMetrics>> channels;
  ChoreFailures failures;
  rows.FailNext(absl::UnavailableError("down"), 10);
  ::testing::internal::CaptureStderr();
  for (int run = 0; run < 10; ++run) RescueAndMeasure(ledger, channels, ChoreMetrics(metrics), failures);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;
}

TEST(WorkOnResendsTest, GoesOnUntilAllAreDoneAndAfterAFailureTheNextTime) {
  testing::FakeClock clock;
  FakeLedgerRows rows(clock, clock, kOptions);
  FakeLedger ledger(rows);
  FakeResends resends(rows);
  testing::FakeIds ids;
  ChoreFailures failures;
  constexpr int kFailed = 1000;  // several batches
  for (std::uint32_t order = 1; order <= kFailed; ++order) {
    const Event event = AnEvent(order);
    const auto entered = ledger.Enter({{.event = &event, .channel = Channel::kLog, .claim = true}});
    const ClaimedNotification& notification = entered->claimed.at(0);
    ASSERT_TRUE(ledger.MarkAll({{notification.id, notification.claim, State::kFailed, {}, "smtp_550"}}).ok());
  }
  clock.Advance(absl::Seconds(1));
  const base::Uuid id = resends.Start(ids.Next(), "r-1", {})->id, other = resends.Start(ids.Next(), "r-2", {})->id;

  std::stop_source stopping;
  stopping.request_stop();
  WorkOnResends(resends, failures, stopping.get_token());
  rows.FailNext(absl::UnavailableError("gone"));
  WorkOnResends(resends, failures, {});
  EXPECT_EQ(rows.CountIn(State::kFailed), kFailed);
  EXPECT_FALSE(resends.Get(id)->counted);

  WorkOnResends(resends, failures, {});
  EXPECT_EQ(rows.CountIn(State::kPending), kFailed);
  EXPECT_EQ(resends.Get(id)->scheduled, kFailed);
  EXPECT_TRUE(resends.Get(id)->done_at.has_value());
  EXPECT_TRUE(resends.Get(other)->done_at.has_value());
  EXPECT_EQ(resends.Get(other)->matched, 0);
}

}  // namespace
}  // namespace ordermesh::notifier
