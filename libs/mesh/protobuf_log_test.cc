#include "libs/mesh/protobuf_log.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ordermesh/testing/v1/echo.pb.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::v1::EchoRequest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ProtobufLogTest : public ::testing::Test {
 protected:
  ProtobufLogTest() {
    before_ = google::protobuf::SetLogHandler(nullptr);
    RedirectProtobufLog();
  }
  ~ProtobufLogTest() override { google::protobuf::SetLogHandler(before_); }

  template <class Do>
  static std::string LogOf(Do what) {
    ::testing::internal::CaptureStderr();
    what();
    return ::testing::internal::GetCapturedStderr();
  }

 private:
  google::protobuf::LogHandler* before_;
};

TEST_F(ProtobufLogTest, NamesTheFieldThatIsNotUtf8AndNothingThatStandsInIt) {
  const std::string log = LogOf([] { EXPECT_FALSE(EchoRequest().ParseFromString("\x0a\x09secret \xff\xfe")); });
  EXPECT_THAT(log,
              AllOf(StartsWith("{\"ts\":"), HasSubstr("\"level\":\"warning\""),
                    HasSubstr("\"event\":\"protobuf_not_utf8\",\"field\":\"ordermesh.testing.v1.EchoRequest.text\""),
                    Not(HasSubstr("secret"))));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
}

TEST_F(ProtobufLogTest, OfAnyOtherComplaintItSaysOnlyWhereItIsMade) {
  const std::string log = LogOf([] {
    EchoRequest request;
    EXPECT_FALSE(google::protobuf::TextFormat::ParseFromString("secret: 1", &request));
  });
  EXPECT_THAT(log, AllOf(StartsWith("{\"ts\":"), HasSubstr("\"event\":\"protobuf_library\",\"file\":\""),
                         HasSubstr("text_format.cc"), Not(HasSubstr("secret"))));
}

}  // namespace
}  // namespace ordermesh::mesh
