// What every OutboxStore does, one suite for the fake and for PostgreSQL.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "libs/testing/status_matchers.h"
#include "services/relay/app/outbox_store.h"
#include "services/relay/testing/events.h"

namespace ordermesh::relay {

// The store, and the hands that the tests need on what is behind it.
class OutboxUnderTest {
 public:
  virtual ~OutboxUnderTest() = default;
  virtual std::unique_ptr<OutboxStore> Open(const std::string& sink) = 0;
  virtual void Append(const Event& event) = 0;
  // Writes an event in a transaction that stays open until CommitLate.
  virtual void AppendLate(const Event& event) = 0;
  virtual void CommitLate() = 0;
  // Ends the session that holds the sink's lock.
  virtual void EndSession(const std::string& sink) = 0;
  virtual void MakeCursorForeign(const std::string& sink) = 0;
  virtual void PutCursorAhead(const std::string& sink) = 0;
  virtual Position cursor(const std::string& sink) = 0;
  virtual std::vector<std::pair<base::Uuid, std::string>> dead(const std::string& sink) = 0;
};

using OutboxFactory = std::function<std::unique_ptr<OutboxUnderTest>()>;

class OutboxConformanceTest : public ::testing::TestWithParam<OutboxFactory> {
 protected:
  OutboxConformanceTest() : world_(GetParam()()), outbox_(world_->Open("a")) {}

  // A session that was ended, or given back, may take a moment to go.
  static bool EventuallyLocks(OutboxStore& outbox) {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    absl::StatusOr<bool> locked = false;
    do locked = outbox.TryLock();
    while (locked.ok() && !*locked && absl::Now() < deadline);
    EXPECT_THAT(locked, testing::IsOk());
    return locked.value_or(false);
  }
  Position Lock(OutboxStore& outbox) {
    EXPECT_TRUE(EventuallyLocks(outbox));
    absl::StatusOr<Position> cursor = outbox.LoadCursor();
    EXPECT_THAT(cursor, testing::IsOk());
    return cursor.value_or(Position());
  }
  std::vector<base::Uuid> Ids(const absl::StatusOr<std::vector<Event>>& events) {
    std::vector<base::Uuid> ids;
    EXPECT_THAT(events, testing::IsOk());
    if (events.ok()) {
      for (const Event& event : *events) ids.push_back(event.id);
    }
    return ids;
  }
  static base::Uuid Id(std::uint32_t number) { return testing::FakeIds::Number(number); }
  static bool IsLost(const absl::Status& status) { return absl::IsAborted(status) || absl::IsUnavailable(status); }

  std::unique_ptr<OutboxUnderTest> world_;
  std::unique_ptr<OutboxStore> outbox_;
};

TEST_P(OutboxConformanceTest, OneRelayAtATimeHoldsASinksLock) {
  std::unique_ptr<OutboxStore> other = world_->Open("a");
  EXPECT_THAT(outbox_->TryLock(), testing::IsOkAndHolds(true));
  EXPECT_THAT(other->TryLock(), testing::IsOkAndHolds(false));
  outbox_->Release();
  EXPECT_TRUE(EventuallyLocks(*other));
}

TEST_P(OutboxConformanceTest, SinksHaveLocksAndCursorsOfTheirOwn) {
  std::unique_ptr<OutboxStore> other = world_->Open("b");
  world_->Append(AnEvent(1, 1));
  const Position start = Lock(*outbox_);
  Lock(*other);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read(start, {.events = 10});
  ASSERT_EQ(Ids(events).size(), 1u);
  ASSERT_THAT(outbox_->Advance(start, events->back().at), testing::IsOk());
  EXPECT_EQ(world_->cursor("a"), events->back().at);
  EXPECT_EQ(world_->cursor("b"), Position());
}

TEST_P(OutboxConformanceTest, ANewSinkBeginsBeforeEverything) { EXPECT_EQ(Lock(*outbox_), Position()); }

TEST_P(OutboxConformanceTest, ReadsInOrderAndNoMoreThanAskedFor) {
  for (std::uint32_t i = 1; i <= 5; ++i) world_->Append(AnEvent(i, i));
  Lock(*outbox_);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read({}, {.events = 3});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(1), Id(2), Id(3)));
  EXPECT_THAT(Ids(outbox_->Read(events->back().at, {.events = 3})), ::testing::ElementsAre(Id(4), Id(5)));
}

TEST_P(OutboxConformanceTest, ReadsUntilItHasSoManyBytesAndAlwaysOneEvent) {
  for (std::uint32_t i = 1; i <= 5; ++i) {
    Event event = AnEvent(i, i);
    event.payload = std::string(i == 4 ? 5000 : 1000, 'x');
    world_->Append(event);
  }
  Lock(*outbox_);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read({}, {.events = 10, .bytes = 1001});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(1), Id(2)));
  EXPECT_TRUE(IsFull(*events, {.events = 10, .bytes = 1001}));
  events = outbox_->Read(events->back().at, {.events = 1, .bytes = 1001});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(3)));
  events = outbox_->Read(events->back().at, {.events = 10, .bytes = 1001});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(4)));
  events = outbox_->Read(events->back().at, {.events = 10, .bytes = 1001});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(5)));
  EXPECT_FALSE(IsFull(*events, {.events = 10, .bytes = 1001}));
}

TEST_P(OutboxConformanceTest, AnEventIsReadAsItWasWritten) {
  const Event written = AnEvent(7, 3);
  world_->Append(written);
  Lock(*outbox_);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read({}, {.events = 3});
  ASSERT_EQ(Ids(events).size(), 1u);
  const Event& read = events->front();
  EXPECT_EQ(read.subject, written.subject);
  EXPECT_EQ(read.type, written.type);
  EXPECT_EQ(read.payload, written.payload);
  EXPECT_THAT(read.headers, ::testing::HasSubstr("0af7651916cd43dd8448eb211c80319c"));
  EXPECT_GT(read.at, Position());
}

TEST_P(OutboxConformanceTest, ALateCommitHoldsBackWhatFollows) {
  world_->Append(AnEvent(1, 1));
  world_->AppendLate(AnEvent(2, 2));
  world_->Append(AnEvent(3, 3));
  Lock(*outbox_);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read({}, {.events = 10});
  EXPECT_THAT(Ids(events), ::testing::ElementsAre(Id(1)));
  world_->CommitLate();
  EXPECT_THAT(Ids(outbox_->Read(events->back().at, {.events = 10})), ::testing::ElementsAre(Id(2), Id(3)));
}

TEST_P(OutboxConformanceTest, TheCursorIsThereForTheNextRelay) {
  world_->Append(AnEvent(1, 1));
  const Position start = Lock(*outbox_);
  const Position end = outbox_->Read(start, {.events = 1})->back().at;
  ASSERT_THAT(outbox_->Advance(start, end), testing::IsOk());
  outbox_->Release();
  std::unique_ptr<OutboxStore> next = world_->Open("a");
  EXPECT_EQ(Lock(*next), end);
  EXPECT_THAT(Ids(next->Read(end, {.events = 10})), ::testing::IsEmpty());
}

TEST_P(OutboxConformanceTest, TheCursorMovesOnlyFromWhereItStands) {
  const Position start = Lock(*outbox_);
  EXPECT_THAT(outbox_->Advance({5, 5}, {6, 6}), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(world_->cursor("a"), start);
}

TEST_P(OutboxConformanceTest, WithoutTheLockNothingGoes) {
  EXPECT_THAT(outbox_->LoadCursor(), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(outbox_->Read({}, {.events = 1}), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(outbox_->Advance({}, {1, 1}), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(outbox_->Bury(AnEvent(1, 1), "x"), testing::StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(outbox_->Heartbeat(), testing::StatusIs(absl::StatusCode::kAborted));
}

TEST_P(OutboxConformanceTest, ALostSessionIsNoticedAtEveryCall) {
  const std::vector<std::function<absl::Status(OutboxStore&)>> calls = {
      [](OutboxStore& outbox) { return outbox.LoadCursor().status(); },
      [](OutboxStore& outbox) { return outbox.Read({}, {.events = 1}).status(); },
      [](OutboxStore& outbox) {
        return outbox.Advance({}, {1, 1});
      },
      [](OutboxStore& outbox) { return outbox.Bury(AnEvent(1, 1), "x"); },
      [](OutboxStore& outbox) { return outbox.Heartbeat(); }};
  for (const auto& call : calls) {
    Lock(*outbox_);
    EXPECT_THAT(outbox_->Heartbeat(), testing::IsOk());
    world_->EndSession("a");
    EXPECT_TRUE(IsLost(call(*outbox_)));
    EXPECT_TRUE(IsLost(outbox_->Heartbeat())) << "and it stays lost";
    outbox_->Release();
  }
  EXPECT_EQ(world_->cursor("a"), Position());
}

TEST_P(OutboxConformanceTest, WhoLostTheLockCannotMoveTheCursor) {
  world_->Append(AnEvent(1, 1));
  const Position start = Lock(*outbox_);
  const Position end = outbox_->Read(start, {.events = 1})->back().at;
  world_->EndSession("a");
  std::unique_ptr<OutboxStore> other = world_->Open("a");
  ASSERT_EQ(Lock(*other), start);
  EXPECT_TRUE(IsLost(outbox_->Advance(start, end)));
  EXPECT_TRUE(IsLost(outbox_->Advance(start, end))) << "nor when it tries again";
  EXPECT_EQ(world_->cursor("a"), start);
  EXPECT_THAT(other->Advance(start, end), testing::IsOk());
}

TEST_P(OutboxConformanceTest, BuryingTwiceIsBuryingOnce) {
  world_->Append(AnEvent(1, 1));
  Lock(*outbox_);
  absl::StatusOr<std::vector<Event>> events = outbox_->Read({}, {.events = 1});
  ASSERT_EQ(Ids(events).size(), 1u);
  EXPECT_THAT(outbox_->Bury(events->front(), "too large"), testing::IsOk());
  EXPECT_THAT(outbox_->Bury(events->front(), "again"), testing::IsOk());
  EXPECT_THAT(world_->dead("a"), ::testing::ElementsAre(::testing::Pair(Id(1), "too large")));
  EXPECT_THAT(world_->dead("b"), ::testing::IsEmpty());
}

TEST_P(OutboxConformanceTest, ACursorOfAnotherDatabaseStopsTheRelay) {
  Lock(*outbox_);
  outbox_->Release();
  world_->MakeCursorForeign("a");
  ASSERT_TRUE(EventuallyLocks(*outbox_));
  EXPECT_THAT(outbox_->LoadCursor(), testing::StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_P(OutboxConformanceTest, ACursorAheadOfTheDatabaseStopsTheRelay) {
  Lock(*outbox_);
  outbox_->Release();
  world_->PutCursorAhead("a");
  ASSERT_TRUE(EventuallyLocks(*outbox_));
  EXPECT_THAT(outbox_->LoadCursor(), testing::StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace ordermesh::relay
