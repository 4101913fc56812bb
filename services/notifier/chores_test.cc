#include "services/notifier/chores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/fake_clock.h"
#include "services/notifier/testing/events.h"
#include "services/notifier/testing/fake_ledger.h"

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

  RescueAndMeasure(ledger, channels, chores);
  EXPECT_EQ(chores.rescued.Value(), 0);
  EXPECT_EQ(channels[1].second.due.Value(), 0);

  clock.Advance(kOptions.lease + absl::Seconds(1));
  RescueAndMeasure(ledger, channels, chores);
  EXPECT_EQ(chores.rescued.Value(), 1);
  EXPECT_EQ(channels[0].second.due.Value(), 0);
  EXPECT_EQ(channels[1].second.due.Value(), 1);

  clock.Advance(absl::Seconds(5));
  RescueAndMeasure(ledger, channels, chores);
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
  RescueAndMeasure(ledger, channels, ChoreMetrics(metrics));
  rows.FailNext(absl::UnavailableError("down"));
  RescueAndMeasure(ledger, channels, ChoreMetrics(metrics));
  EXPECT_EQ(channels[0].second.due.Value(), 1);
}

}  // namespace
}  // namespace ordermesh::notifier
