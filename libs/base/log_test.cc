#include "libs/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::string Format(std::vector<LogField> fields) {
  return FormatLogLine("2026-01-02T03:04:05.678901Z", "gateway", LogLevel::kInfo, "order_placed", fields);
}

TEST(FormatLogLineTest, WritesOneJsonObject) {
  const std::string id = "7f3";
  EXPECT_EQ(Format({{"order_id", id}, {"took_ms", 12}, {"repeat", false}, {"ratio", 0.5}}),
            R"({"ts":"2026-01-02T03:04:05.678901Z","level":"info","service":"gateway","event":"order_placed",)"
            R"("order_id":"7f3","took_ms":12,"repeat":false,"ratio":0.5})");
}

TEST(FormatLogLineTest, EscapesWhatWouldBreakTheLine) {
  EXPECT_THAT(Format({{"reason", "a \"quoted\"\nline\\ \x01 \xff"}}),
              HasSubstr("\"reason\":\"a \\\"quoted\\\"\\nline\\\\ \\u0001 \xEF\xBF\xBD\"}"));
}

TEST(FormatLogLineTest, WritesWhatIsNoNumberAsNull) {
  EXPECT_THAT(Format({{"x", std::nan("")}, {"y", INFINITY}}), HasSubstr(R"("x":null,"y":null)"));
}

TEST(LogTest, WritesLinesOfTheLevelAndAbove) {
  InitLog("test", LogLevel::kWarning);
  ::testing::internal::CaptureStderr();
  LogInfo("quiet");
  LogWarning("loud", {{"n", 1}});
  const std::string written = ::testing::internal::GetCapturedStderr();
  InitLog("test", LogLevel::kInfo);
  EXPECT_THAT(written, MatchesRegex("\\{\"ts\":\"[0-9]+-[0-9][0-9]-[0-9][0-9]T[0-9:.]+Z\",\"level\":\"warning\","
                                    "\"service\":\"test\",\"event\":\"loud\",\"n\":1\\}\n"));
}

TEST(LogTest, KeepsLinesOfSeveralThreadsWhole) {
  ::testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 100; ++i) LogInfo("line", {{"text", std::string(200, 'x')}});
      });
    }
  }
  const std::string written = ::testing::internal::GetCapturedStderr();
  const std::vector<std::string> lines = absl::StrSplit(written, '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.size(), 400u);
  for (const std::string& line : lines) {
    EXPECT_EQ(line.front(), '{');
    EXPECT_EQ(line.back(), '}');
    EXPECT_THAT(line, HasSubstr(std::string(200, 'x')));
  }
}

TEST(ParseLogLevelTest, KnowsFourNames) {
  LogLevel level = LogLevel::kInfo;
  EXPECT_THAT(ParseLogLevel("debug", level), IsOk());
  EXPECT_EQ(level, LogLevel::kDebug);
  EXPECT_THAT(ParseLogLevel("error", level), IsOk());
  EXPECT_EQ(level, LogLevel::kError);
  EXPECT_THAT(ParseLogLevel("loud", level), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'loud'")));
  EXPECT_EQ(level, LogLevel::kError);
}

}  // namespace
}  // namespace ordermesh::base
