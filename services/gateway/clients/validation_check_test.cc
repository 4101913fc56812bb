#include "services/gateway/clients/validation_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "libs/base/random.h"
#include "libs/mesh/channel.h"
#include "libs/mesh/health_service.h"
#include "libs/mesh/server.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

// A validator as far as its health goes.
struct Validator {
  explicit Validator(const std::string& listen = "127.0.0.1:0")
      : server({.listen = listen, .lanes = 1}, metrics, base::SystemTimer(), base::SystemRandom()),
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

// Looks until it is so: a channel learns of its server in its own time.
void Await(const std::function<absl::Status()>& check, const ::testing::Matcher<absl::Status>& expected) {
  while (!expected.Matches(check())) {
  }
}

TEST(ValidationCheckTest, FollowsTheValidatorsReadiness) {
  Validator validator;
  const auto check = ValidationCheck(mesh::MakeChannel(validator.server.address()));
  Await(check, IsOk());
  validator.readiness.Report("catalog", absl::UnavailableError("stale"));
  Await(check, StatusIs(absl::StatusCode::kUnavailable));
  validator.readiness.Report("catalog", absl::OkStatus());
  Await(check, IsOk());
}

// As over a channel that checks no health, or in the moment before the channel knows.
TEST(ValidationCheckTest, SaysWhenTheValidatorItselfIsNotReady) {
  Validator validator;
  validator.readiness.Report("catalog", absl::UnavailableError("stale"));
  EXPECT_THAT(ValidationCheck(mesh::MakeChannel(validator.server.address(), {.check_health = false}))(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("the validator is not ready")));
}

TEST(ValidationCheckTest, SaysWhenNobodyAnswersAndFindsTheNext) {
  std::optional<Validator> validator(std::in_place);
  const std::string address = validator->server.address();
  const auto check = ValidationCheck(mesh::MakeChannel(address));
  Await(check, IsOk());
  validator.reset();
  Await(check, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no validator answers")));
  validator.emplace(address);
  Await(check, IsOk());
}

}  // namespace
}  // namespace ordermesh::gateway
