#include "libs/base/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/fake_random.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::FakeRandom;
using ::testing::MatchesRegex;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

TEST(TraceContextTest, ContinuesATraceUnderANewSpan) {
  FakeRandom random{0x1122334455667788};
  const TraceContext trace = TraceContext::Continue("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", random);
  EXPECT_EQ(trace.trace_id(), kTraceId);
  EXPECT_EQ(trace.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-1122334455667788-00");
}

TEST(TraceContextTest, StartsANewTraceWhenThereIsNone) {
  FakeRandom random{0xaaaa, 0xbbbb, 0xcccc};
  EXPECT_EQ(TraceContext::Continue("", random).traceparent(),
            "00-000000000000aaaa000000000000bbbb-000000000000cccc-01");
}

TEST(TraceContextTest, AcceptsALaterVersion) {
  FakeRandom random;
  const TraceContext trace =
      TraceContext::Continue("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", random);
  EXPECT_EQ(trace.trace_id(), kTraceId);
  EXPECT_THAT(trace.traceparent(), MatchesRegex("00-[0-9a-f]+-[0-9a-f]+-01"));
  EXPECT_EQ(trace.traceparent().size(), 55u);
}

class MalformedTest : public ::testing::TestWithParam<std::string> {};
TEST_P(MalformedTest, StartsANewTrace) {
  FakeRandom random;
  const TraceContext trace = TraceContext::Continue(GetParam(), random);
  EXPECT_NE(trace.trace_id(), kTraceId);
  EXPECT_THAT(trace.traceparent(), MatchesRegex("00-[0-9a-f]+-[0-9a-f]+-01"));
}
INSTANTIATE_TEST_SUITE_P(Texts, MalformedTest,
                         ::testing::Values("garbage", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                           "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
                                           "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
                                           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more"));

}  // namespace
}  // namespace ordermesh::base
