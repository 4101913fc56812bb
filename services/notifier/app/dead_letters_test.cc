// Keeping and redriving dead letters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "libs/domain/refusal.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/status_matchers.h"
#include "services/notifier/app/keep_dead_letters.h"
#include "services/notifier/app/redrive.h"
#include "services/notifier/store/dead_letter_headers.h"
#include "services/notifier/testing/events.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using stream::Verdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class FakeDeadLetters : public DeadLetterStore {
 public:
  absl::StatusOr<int> Keep(absl::Span<const DeadLetter> letters) override {
    if (!failure.ok()) return failure;
    const std::size_t before = kept.size();
    for (const DeadLetter& letter : letters) {
      if (std::none_of(kept.begin(), kept.end(), [&](const DeadLetter& other) { return WaitsAs(other, letter); })) {
        kept.push_back(letter);
      }
    }
    return static_cast<int>(kept.size() - before);
  }
  bool Waits(const DeadLetter& letter) const {
    return std::find(redriven.begin(), redriven.end(), letter.id) == redriven.end();
  }
  absl::StatusOr<std::vector<DeadLetter>> List(const std::optional<api::TimeAndId>&, int) override { return kept; }
  absl::StatusOr<std::vector<DeadLetter>> Get(absl::Span<const base::Uuid> ids) override {
    std::vector<DeadLetter> found;
    for (const base::Uuid& id : ids) {
      const auto it = std::find_if(kept.begin(), kept.end(), [&](const DeadLetter& letter) { return letter.id == id; });
      if (it == kept.end()) return absl::NotFoundError("unknown");
      found.push_back(*it);
    }
    return found;
  }
  absl::Status MarkRedriven(absl::Span<const base::Uuid> ids) override {
    redriven.insert(redriven.end(), ids.begin(), ids.end());
    return absl::OkStatus();
  }
  absl::StatusOr<std::int64_t> Prune(absl::Duration, int) override { return 0; }

  std::vector<DeadLetter> kept;
  std::vector<base::Uuid> redriven;
  absl::Status failure;

 private:
  bool WaitsAs(const DeadLetter& other, const DeadLetter& letter) const {
    return other.message_id == letter.message_id && other.body == letter.body && Waits(other);
  }
};

rabbitmq::Message ADeadMessage(std::string body, std::string reason = "delivery_limit") {
  return {.exchange = "orders.dlx",
          .routing_key = kAccepted,
          .message_id = "m-1",
          .type = "",
          .content_type = "application/cloudevents+json",
          .headers = {{"traceparent", "00-x"}, {"x-first-death-reason", std::move(reason)}, {"x-death", "…"}},
          .body = std::move(body)};
}

TEST(ToDeadLetterTest, KeepsTheMessageWithoutTheBrokersHeaders) {
  const DeadLetter letter = ToDeadLetter(ADeadMessage(EventBody(1)));
  EXPECT_EQ(letter.reason, "delivery_limit");
  EXPECT_EQ(letter.message_id, "m-1");
  EXPECT_EQ(letter.routing_key, kAccepted);
  EXPECT_EQ(letter.body, EventBody(1));
  EXPECT_THAT(letter.headers, ElementsAre(Pair("traceparent", "00-x")));
}

TEST(ToDeadLetterTest, TheBodyTellsTheReasonBetterThanTheBroker) {
  EXPECT_EQ(ToDeadLetter(ADeadMessage("{", "rejected")).reason, "malformed");
}

class DeadLettersTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<Verdict>> Keep(rabbitmq::Message message) {
    rabbitmq::Delivery delivery;
    delivery.message = std::move(message);
    return KeepDeadLetters(store_, ids_, DeadLetterMetrics(metrics_)).Run({delivery});
  }
  absl::StatusOr<int> RedriveAll(rabbitmq::PublishReport report) {
    std::vector<base::Uuid> ids;
    ids.reserve(store_.kept.size());
    for (const DeadLetter& letter : store_.kept) ids.push_back(letter.id);
    return Redrive(
        ids, store_, "notifications",
        [&](absl::Span<const rabbitmq::Message> messages) {
          published_.assign(messages.begin(), messages.end());
          return report;
        },
        DeadLetterMetrics(metrics_));
  }

  FakeDeadLetters store_;
  testing::FakeIds ids_;
  base::Metrics metrics_;
  std::vector<rabbitmq::Message> published_;
};

TEST_F(DeadLettersTest, AreKeptAndDone) {
  EXPECT_THAT(Keep(ADeadMessage("{")), IsOkAndHolds(ElementsAre(Verdict::kAck)));
  EXPECT_THAT(store_.kept, SizeIs(1));
}

TEST_F(DeadLettersTest, StayInTheirQueueWhileTheyCannotBeKept) {
  store_.failure = absl::UnavailableError("down");
  EXPECT_THAT(Keep(ADeadMessage("{")), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(DeadLettersTest, GoBackToTheirQueueAndRememberWhereTheyCameFrom) {
  ASSERT_TRUE(Keep(ADeadMessage(EventBody(1))).ok());
  EXPECT_THAT(RedriveAll({absl::OkStatus(), {rabbitmq::Outcome::kConfirmed}}), IsOkAndHolds(1));
  ASSERT_THAT(published_, SizeIs(1));
  EXPECT_EQ(published_[0].exchange, "");
  EXPECT_EQ(published_[0].routing_key, "notifications");
  EXPECT_EQ(published_[0].body, EventBody(1));
  EXPECT_THAT(store_.redriven, ElementsAre(store_.kept[0].id));
  // And dead again, it is the letter that it was.
  rabbitmq::Message again = published_[0];
  EXPECT_EQ(ToDeadLetter(again).routing_key, kAccepted);
  EXPECT_THAT(ToDeadLetter(again).headers, ElementsAre(Pair("traceparent", "00-x")));
}

TEST_F(DeadLettersTest, WhatComesBackBeforeItIsMarkedIsNotLost) {
  ASSERT_TRUE(Keep(ADeadMessage("{")).ok());
  const std::vector<base::Uuid> ids = {store_.kept[0].id};
  ASSERT_THAT(Redrive(
                  ids, store_, "notifications",
                  [&](absl::Span<const rabbitmq::Message> messages) {
                    EXPECT_TRUE(Keep(messages[0]).ok());  // refused and given up again, before the confirm is here
                    return rabbitmq::PublishReport{absl::OkStatus(), {rabbitmq::Outcome::kConfirmed}};
                  },
                  DeadLetterMetrics(metrics_)),
              IsOkAndHolds(1));
  ASSERT_THAT(store_.kept, SizeIs(2));
  EXPECT_FALSE(store_.Waits(store_.kept[0]));
  EXPECT_TRUE(store_.Waits(store_.kept[1]));
}

TEST_F(DeadLettersTest, ComeBackAsTheyWereWhateverTheHeaderSays) {
  rabbitmq::Message odd = ADeadMessage("{");
  odd.headers.emplace_back(kRedrivenLetterHeader, "nonsense");
  ASSERT_TRUE(Keep(odd).ok());
  ASSERT_THAT(store_.kept, SizeIs(1));
  EXPECT_THAT(store_.kept[0].headers, ElementsAre(Pair("traceparent", "00-x")));
  EXPECT_THAT(store_.redriven, IsEmpty());
}

TEST_F(DeadLettersTest, OnlyWhatIsConfirmedCountsAsRedriven) {
  ASSERT_TRUE(Keep(ADeadMessage("1")).ok());
  ASSERT_TRUE(Keep(ADeadMessage("2")).ok());
  EXPECT_THAT(
      RedriveAll({absl::UnavailableError("lost"), {rabbitmq::Outcome::kConfirmed, rabbitmq::Outcome::kUnknown}}),
      StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store_.redriven, ElementsAre(store_.kept[0].id));
}

TEST_F(DeadLettersTest, ABrokerThatIsSlowIsNoDeadline) {
  ASSERT_TRUE(Keep(ADeadMessage("1")).ok());
  const auto redriven =
      RedriveAll({absl::DeadlineExceededError("it takes no more bytes"), {rabbitmq::Outcome::kUnknown}});
  EXPECT_THAT(redriven, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(domain::RefusalOf(redriven.status()).reason, "BROKER_UNAVAILABLE");
}

TEST_F(DeadLettersTest, AnUnknownIdPutsNothingBack) {
  ASSERT_TRUE(Keep(ADeadMessage("1")).ok());
  store_.kept.push_back({});
  store_.kept.back().id = testing::FakeIds::Number(99);
  std::vector<base::Uuid> ids = {store_.kept[0].id, testing::FakeIds::Number(98)};
  bool published = false;
  EXPECT_THAT(Redrive(
                  ids, store_, "notifications",
                  [&](absl::Span<const rabbitmq::Message>) {
                    published = true;
                    return rabbitmq::PublishReport();
                  },
                  DeadLetterMetrics(metrics_)),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(published);
}

TEST(HeadersToJsonTest, ComesBackAsItWent) {
  const messaging::Headers headers = {{"a", "1"}, {"quote\"", "line\nend"}, {"ü", "€"}};
  EXPECT_EQ(HeadersFromJson(HeadersToJson(headers)), headers);
  EXPECT_EQ(HeadersToJson({}), "{}");
  EXPECT_EQ(HeadersToJson({{"a", "1"}, {"a", "2"}}), R"({"a":"2"})");
  EXPECT_EQ(HeadersToJson({{"a", std::string("x\0y", 3)}}), R"({"a":"xy"})");
  EXPECT_THAT(HeadersFromJson("[1]"), IsEmpty());
  EXPECT_THAT(HeadersFromJson(R"({"a":1})"), IsEmpty());
}

}  // namespace
}  // namespace ordermesh::notifier
