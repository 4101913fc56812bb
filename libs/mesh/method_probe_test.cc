#include "libs/mesh/method_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordermesh::mesh {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
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

TEST(CodeNameTest, KnowsEveryCode) {
  EXPECT_EQ(CodeName(grpc::StatusCode::OK), "OK");
  EXPECT_EQ(CodeName(grpc::StatusCode::RESOURCE_EXHAUSTED), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(CodeName(grpc::StatusCode::UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_EQ(CodeName(static_cast<grpc::StatusCode>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace ordermesh::mesh
