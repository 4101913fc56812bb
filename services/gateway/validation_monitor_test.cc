#include "services/gateway/validation_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "libs/base/random.h"
#include "libs/mesh/channel.h"
#include "libs/mesh/health_service.h"
#include "libs/mesh/server.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

// A validator as far as its health goes.
struct Validator {
  explicit Validator(const std::string& listen = "127.0.0.1:0")
      : server({.listen = listen, .lanes = 1}, metrics, base::SystemClock(), base::SystemRandom()),
        health(readiness, server) {
    EXPECT_THAT(server.Start(), IsOk());
    readiness.Report("catalog", absl::OkStatus());
  }
  ~Validator() { server.Drain(absl::ZeroDuration()); }

  base::Metrics metrics;
  mesh::Readiness readiness{{"catalog"}};
  mesh::Server server;
  mesh::HealthService health;
};

class ValidationMonitorTest : public ::testing::Test {
 protected:
  // Polls until the monitor reports this: a channel learns of its server in its own time.
  void Await(const ::testing::Matcher<absl::Status>& expected) {
    for (;;) {
      clock_.WaitForSleepers(1);
      if (expected.Matches(Reported())) return;
      clock_.Advance(absl::Milliseconds(300));
    }
  }
  absl::Status Reported() {
    const auto described = readiness_.Describe();
    EXPECT_EQ(described.size(), 1u);
    EXPECT_EQ(described.front().first, ValidationMonitor::kValidation);
    return described.front().second;
  }

  FakeClock clock_;
  mesh::Readiness readiness_{{ValidationMonitor::kValidation}};
};

TEST_F(ValidationMonitorTest, FollowsTheValidatorsReadiness) {
  Validator validator;
  ValidationMonitor monitor(mesh::MakeChannel(validator.server.address()), readiness_, clock_);
  Await(IsOk());
  EXPECT_TRUE(readiness_.ready());
  validator.readiness.Report("catalog", absl::UnavailableError("stale"));
  Await(StatusIs(absl::StatusCode::kUnavailable));
  validator.readiness.Report("catalog", absl::OkStatus());
  Await(IsOk());
}

// As over a channel that checks no health, or in the moment before the channel knows.
TEST_F(ValidationMonitorTest, SaysWhenTheValidatorItselfIsNotReady) {
  Validator validator;
  validator.readiness.Report("catalog", absl::UnavailableError("stale"));
  ValidationMonitor monitor(mesh::MakeChannel(validator.server.address(), {.check_health = false}), readiness_, clock_);
  Await(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("the validator is not ready")));
}

TEST_F(ValidationMonitorTest, SaysWhenNobodyAnswersAndFindsTheNext) {
  std::optional<Validator> validator(std::in_place);
  const std::string address = validator->server.address();
  ValidationMonitor monitor(mesh::MakeChannel(address), readiness_, clock_);
  Await(IsOk());
  validator.reset();
  Await(StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no validator answers")));
  validator.emplace(address);
  Await(IsOk());
}

}  // namespace
}  // namespace ordermesh::gateway
