// What every Sink does, one suite for the fake and for the brokers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/order_event.h"
#include "libs/wire/test_orders.h"
#include "services/relay/app/sink.h"
#include "services/relay/testing/events.h"

namespace ordermesh::relay {

// What a consumer sees of an event.
struct Seen {
  base::Uuid id;
  std::string order;
  std::string type;
  std::string traceparent;
  std::int64_t version = 0;

  friend void PrintTo(const Seen& seen, std::ostream* out) { *out << seen.id.ToString() << " v" << seen.version; }
};

// The sink, and the hands that the tests need on what is behind it.
class SinkUnderTest {
 public:
  virtual ~SinkUnderTest() = default;
  virtual Sink& sink() = 0;
  // What consumers get, waiting until there are `count` (or for ten seconds).
  virtual std::vector<Seen> Take(std::size_t count) = 0;
  // Changes the event into one that this broker will never take.
  virtual void Spoil(Event& event) = 0;
  virtual void TakeDown() = 0;
  virtual void BringUp() = 0;
};

using SinkFactory = std::function<std::unique_ptr<SinkUnderTest>()>;

class SinkConformanceTest : public ::testing::TestWithParam<SinkFactory> {
 protected:
  static constexpr absl::Duration kLong = absl::Seconds(20);
  SinkConformanceTest() : world_(GetParam()()) {}

  static Event Make(std::uint32_t number, std::uint32_t order, std::int64_t version = 1) {
    Event event = AnEvent(number, order);
    domain::Order stored = wire::AnOrder();
    stored.id = *base::Uuid::Parse(event.subject);
    stored.version = version;
    event.payload = wire::EncodeOrderEvent(stored);
    return event;
  }
  Sink::Report Publish(const std::vector<Event>& events, absl::Duration timeout = kLong) {
    std::vector<const Event*> pointers;
    for (const Event& event : events) pointers.push_back(&event);
    return world_->sink().Publish(pointers, timeout);
  }
  static std::vector<Event> Many(std::uint32_t count) {
    std::vector<Event> events;
    for (std::uint32_t i = 1; i <= count; ++i) events.push_back(Make(i, i));
    return events;
  }
  static base::Uuid Id(std::uint32_t number) { return testing::FakeIds::Number(number); }

  std::unique_ptr<SinkUnderTest> world_;
};

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST_P(SinkConformanceTest, AnEventArrivesWithItsEnvelope) {
  const Event event = Make(1, 5, 3);
  Sink::Report report = Publish({event});
  EXPECT_THAT(report.status, testing::IsOk());
  EXPECT_THAT(report.confirms, ElementsAre(Sink::Confirm::kDelivered));
  std::vector<Seen> seen = world_->Take(1);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].id, event.id);
  EXPECT_EQ(seen[0].order, event.subject);
  EXPECT_EQ(seen[0].type, event.type);
  EXPECT_EQ(seen[0].version, 3);
  EXPECT_THAT(seen[0].traceparent, ::testing::HasSubstr("0af7651916cd43dd8448eb211c80319c"));
}

TEST_P(SinkConformanceTest, AWholeBatchArrives) {
  Sink::Report report = Publish(Many(500));
  EXPECT_THAT(report.confirms, ::testing::AllOf(SizeIs(500), Each(Sink::Confirm::kDelivered)));
  std::vector<base::Uuid> ids;
  for (const Seen& seen : world_->Take(500)) ids.push_back(seen.id);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()) - ids.begin(), 500);
}

TEST_P(SinkConformanceTest, NothingIsPublishedForNothing) {
  Sink::Report report = Publish({});
  EXPECT_THAT(report.status, testing::IsOk());
  EXPECT_THAT(report.confirms, SizeIs(0));
}

TEST_P(SinkConformanceTest, TheSameEventTwiceArrivesTwice) {
  const Event event = Make(1, 1);
  EXPECT_THAT(Publish({event}).status, testing::IsOk());
  EXPECT_THAT(Publish({event}).status, testing::IsOk());
  std::vector<Seen> seen = world_->Take(2);
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].id, seen[1].id);
}

TEST_P(SinkConformanceTest, EventsOfOneOrderKeepTheirOrder) {
  for (std::int64_t version = 1; version <= 20; ++version) {
    ASSERT_THAT(Publish({Make(static_cast<std::uint32_t>(version), 1, version)}).status, testing::IsOk());
  }
  std::vector<Seen> seen = world_->Take(20);
  ASSERT_THAT(seen, SizeIs(20));
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].version, static_cast<std::int64_t>(i) + 1);
}

TEST_P(SinkConformanceTest, TheTypeArrives) {
  Event event = Make(1, 1);
  event.type = std::string(wire::kOrderCancelled);
  ASSERT_THAT(Publish({event}).status, testing::IsOk());
  std::vector<Seen> seen = world_->Take(1);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].type, wire::kOrderCancelled);
}

TEST_P(SinkConformanceTest, AnEventWithoutATraceArrivesToo) {
  Event event = Make(1, 1);
  event.headers = "{}";
  ASSERT_THAT(Publish({event}).status, testing::IsOk());
  std::vector<Seen> seen = world_->Take(1);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].traceparent, "");
}

TEST_P(SinkConformanceTest, WhatIsNeverTakenIsRefusedWithAReasonAndItsNeighboursArrive) {
  std::vector<Event> events = Many(3);
  world_->Spoil(events[1]);
  Sink::Report report = Publish(events);
  EXPECT_THAT(report.status, testing::IsOk());
  EXPECT_THAT(report.confirms,
              ElementsAre(Sink::Confirm::kDelivered, Sink::Confirm::kRefused, Sink::Confirm::kDelivered));
  ASSERT_THAT(report.reasons, SizeIs(3));
  EXPECT_THAT(report.reasons[1], ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(world_->Take(2), SizeIs(2));
}

TEST_P(SinkConformanceTest, WhileTheBrokerIsAwayTheOutcomeIsUnknownInTime) {
  ASSERT_THAT(Publish({Make(1, 1)}).status, testing::IsOk());
  world_->TakeDown();
  const absl::Time began = absl::Now();
  Sink::Report report = Publish(Many(3), absl::Seconds(1));
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));
  world_->BringUp();
  EXPECT_FALSE(report.status.ok());
  EXPECT_THAT(report.confirms, ::testing::AllOf(SizeIs(3), Each(Sink::Confirm::kUnknown)));
}

TEST_P(SinkConformanceTest, WhenTheBrokerIsBackEventsArriveAgain) {
  world_->TakeDown();
  EXPECT_FALSE(Publish({Make(1, 1)}, absl::Seconds(1)).status.ok());
  world_->BringUp();
  const absl::Time deadline = absl::Now() + kLong;
  Sink::Report report;
  do report = Publish({Make(2, 2)}, absl::Seconds(5));
  while (!report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.status, testing::IsOk());
  std::vector<base::Uuid> ids;
  for (const Seen& seen : world_->Take(1)) ids.push_back(seen.id);
  EXPECT_THAT(ids, ::testing::Not(::testing::IsEmpty()));
}

TEST_P(SinkConformanceTest, IdlingBetweenPublishesDoesNoHarm) {
  world_->sink().Idle();
  EXPECT_THAT(Publish({Make(1, 1)}).status, testing::IsOk());
  for (int i = 0; i < 3; ++i) world_->sink().Idle();
  EXPECT_THAT(Publish({Make(2, 2)}).status, testing::IsOk());
  EXPECT_THAT(world_->Take(2), SizeIs(2));
}

}  // namespace ordermesh::relay
