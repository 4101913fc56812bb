#include "services/notifier/app/retry_policy.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/testing/fake_random.h"

namespace ordermesh::notifier {
namespace {

constexpr base::BackoffPolicy kBackoff = {
    .initial = absl::Seconds(10), .max = absl::Minutes(30), .multiplier = 4, .jitter = 0};
constexpr int kMaxAttempts = 8;

struct Case {
  std::string name;
  int attempt;
  SendResult result;
  State state;
  absl::Duration retry_after;
};

class RetryPolicyTable : public ::testing::TestWithParam<Case> {};

TEST_P(RetryPolicyTable, Judges) {
  testing::FakeRandom random;
  const RetryPolicy policy(kMaxAttempts, kBackoff, random);
  ClaimedNotification notification;
  notification.id = testing::FakeIds::Number(7);
  notification.claim = 12;
  notification.attempt = GetParam().attempt;
  const Mark mark = policy.Judge(notification, GetParam().result, absl::Now());
  EXPECT_EQ(mark.id, notification.id);
  EXPECT_EQ(mark.claim, 12);
  EXPECT_EQ(mark.state, GetParam().state);
  EXPECT_EQ(mark.retry_after, GetParam().retry_after);
  EXPECT_EQ(mark.error, GetParam().result.error);
}

const SendResult kDeferred = SendResult::Transient("smtp_451");

INSTANTIATE_TEST_SUITE_P(
    Rules, RetryPolicyTable,
    ::testing::Values(Case{"Sent", 1, SendResult::Sent(), State::kSent, {}},
                      Case{"SentAtLast", kMaxAttempts, SendResult::Sent(), State::kSent, {}},
                      Case{"FirstFailure", 1, kDeferred, State::kPending, absl::Seconds(10)},
                      Case{"SecondFailure", 2, kDeferred, State::kPending, absl::Seconds(40)},
                      Case{"ThirdFailure", 3, kDeferred, State::kPending, absl::Seconds(160)},
                      Case{"NeverLongerThanTheLongest", 6, kDeferred, State::kPending, absl::Minutes(30)},
                      Case{"OutOfAttempts", kMaxAttempts, kDeferred, State::kFailed, {}},
                      Case{"RefusedForGood", 1, SendResult::Permanent("smtp_550"), State::kFailed, {}},
                      Case{"NotWanted", 1, SendResult::Unwanted(), State::kFailed, {}},
                      Case{"GrantsWhatIsAskedFor", 1, SendResult::Transient("webhook_429", absl::Minutes(5)),
                           State::kPending, absl::Minutes(5)},
                      Case{"NotSoonerThanItsOwnDelay", 2, SendResult::Transient("webhook_429", absl::Seconds(1)),
                           State::kPending, absl::Seconds(40)},
                      Case{"NotLongerThanTheLongestWhateverIsAskedFor", 1,
                           SendResult::Transient("webhook_503", absl::Hours(24)), State::kPending, absl::Minutes(30)}),
    [](const auto& info) { return info.param.name; });

TEST(RetryPolicyTest, WhoCannotBeReachedIsWaitedForWithoutCountingLongerAndLonger) {
  testing::FakeRandom random;
  const RetryPolicy policy(1, kBackoff, random);
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  ClaimedNotification notification;
  notification.attempt = 1;
  const struct {
    absl::Duration age, delay;
  } cases[] = {{absl::ZeroDuration(), absl::Seconds(10)},
               {-absl::Hours(1), absl::Seconds(10)},
               {absl::Minutes(5), absl::Minutes(5)},
               {absl::Hours(48), absl::Minutes(30)}};
  for (const auto& c : cases) {
    notification.created_at = now - c.age;
    const Mark mark = policy.Judge(notification, SendResult::Unreachable("smtp_connection"), now);
    EXPECT_EQ(mark.state, State::kPending);
    EXPECT_FALSE(mark.counts);
    EXPECT_EQ(mark.retry_after, c.delay);
    EXPECT_EQ(mark.error, "smtp_connection");
  }
}

TEST(RetryPolicyTest, JitterTakesAwayAPartOfTheDelay) {
  base::BackoffPolicy backoff = kBackoff;
  backoff.jitter = 0.5;
  testing::FakeRandom random;
  const RetryPolicy policy(kMaxAttempts, backoff, random);
  ClaimedNotification notification;
  notification.attempt = 1;
  for (int i = 0; i < 100; ++i) {
    const absl::Duration delay = policy.Judge(notification, kDeferred, absl::Now()).retry_after;
    EXPECT_GE(delay, absl::Seconds(5));
    EXPECT_LE(delay, absl::Seconds(10));
  }
}

TEST(RetryPolicyTest, IsExhaustedOnlyBeyondTheLastAttempt) {
  testing::FakeRandom random;
  const RetryPolicy policy(3, kBackoff, random);
  ClaimedNotification notification;
  notification.attempt = 3;
  EXPECT_FALSE(policy.Exhausted(notification));
  notification.attempt = 4;
  EXPECT_TRUE(policy.Exhausted(notification));
}

}  // namespace
}  // namespace ordermesh::notifier
