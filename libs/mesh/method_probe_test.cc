#include "libs/mesh/method_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/mesh/overload.h"

namespace ordermesh::mesh {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const base::SteadyTime kNow = base::SteadyTime::FromZero(absl::Hours(9));
const grpc::Status kInternal(grpc::StatusCode::INTERNAL, "broken");

TEST(MethodProbeTest, CountsAndTimes) {
  base::Metrics metrics;
  MethodProbe probe("Foo", metrics);
  probe.Started();
  probe.Started();
  probe.Completed(grpc::Status::OK, absl::Milliseconds(3), kNow, "abc");
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasSubstr("ordermesh_grpc_server_started_total{method=\"Foo\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_grpc_server_completed_total{code=\"OK\",method=\"Foo\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_grpc_server_in_progress{method=\"Foo\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_grpc_server_latency_seconds_count{method=\"Foo\"} 1\n"));
}

TEST(MethodProbeTest, WritesSoManyLinesASecondAndThenHowManyItLeftOut) {
  base::Metrics metrics;
  MethodProbe probe("Foo", metrics);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < MethodProbe::kLinesPerSecond + 7; ++i) {
    probe.Completed(kInternal, absl::Milliseconds(1), kNow, "abc");
  }
  std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), MethodProbe::kLinesPerSecond);
  ::testing::internal::CaptureStderr();
  probe.Completed(kInternal, absl::Milliseconds(1), kNow + absl::Seconds(1), "abc");
  log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"trace_id\":\"abc\""));
  EXPECT_THAT(log, HasSubstr("\"suppressed\":7"));
}

std::string LogOf(const grpc::Status& status) {
  base::Metrics metrics;
  MethodProbe probe("Foo", metrics);
  ::testing::internal::CaptureStderr();
  probe.Completed(status, absl::Milliseconds(1), kNow, "abc");
  return ::testing::internal::GetCapturedStderr();
}

TEST(MethodProbeTest, SaysWhyACallFailed) {
  const std::string overloaded = LogOf(OverloadedStatus("full", absl::Seconds(1)));
  EXPECT_THAT(overloaded, HasSubstr("\"reason\":\"OVERLOADED\""));
  EXPECT_THAT(overloaded, HasSubstr("\"message\":\"full\""));
  EXPECT_THAT(LogOf(kInternal), HasSubstr("\"reason\":\"INTERNAL\""));
  const grpc::Status odd(grpc::StatusCode::ABORTED, "someone@example.com", "no google.rpc.Status");
  EXPECT_THAT(LogOf(odd), AllOf(HasSubstr("\"reason\":\"ABORTED\""), Not(HasSubstr("example.com"))));
}

// A message to a client may quote what it sent; the reason never does.
TEST(MethodProbeTest, WritesTheReasonButNotTheMessageOfWhatTheClientCanMend) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  info.set_reason("ORDER_INVALID");
  info.set_domain("ordermesh");
  rich.add_details()->PackFrom(google::rpc::RetryInfo());
  rich.add_details()->PackFrom(info);
  const std::string log =
      LogOf(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "someone@example.com", rich.SerializeAsString()));
  EXPECT_THAT(log, AllOf(HasSubstr("\"code\":\"INVALID_ARGUMENT\""), HasSubstr("\"reason\":\"ORDER_INVALID\""),
                         Not(HasSubstr("message")), Not(HasSubstr("example.com"))));
}

TEST(CodeNameTest, KnowsEveryCode) {
  EXPECT_EQ(CodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeName(grpc::StatusCode::RESOURCE_EXHAUSTED), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_EQ(CodeName(static_cast<grpc::StatusCode>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace ordermesh::mesh
