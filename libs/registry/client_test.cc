#include "libs/registry/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/http_server.h"
#include "libs/testing/jumping_timer.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::registry {
namespace {

using ::ordermesh::testing::HttpAnswer;
using ::ordermesh::testing::HttpServer;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using Code = absl::StatusCode;

const Schema kSchema = {.text = "syntax = \"proto3\";", .references = {{"a/b.proto", "a/b.proto", 3}}};

class ClientTest : public ::testing::Test {
 protected:
  Client Make(const HttpServer& server) { return Client({.url = server.Url("/apis/ccompat/v7/")}, timer_, random_); }

  testing::JumpingTimer timer_;
  testing::FakeRandom random_;
};

TEST_F(ClientTest, RegistersAndThenAsksForTheVersion) {
  HttpServer server({HttpAnswer("200 OK", R"({"id":7})"),
                     HttpAnswer("200 OK", R"({"subject":"t-value","version":2,"id":7,"schema":"x"})")});
  const absl::StatusOr<Registered> registered = Make(server).Register("t-value", kSchema);
  ASSERT_THAT(registered.status(), IsOk());
  EXPECT_EQ(registered->id, 7);
  EXPECT_EQ(registered->version, 2);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].lines[0], "POST /apis/ccompat/v7/subjects/t-value/versions HTTP/1.1");
  EXPECT_EQ(requests[0].Header("content-type"), "application/vnd.schemaregistry.v1+json");
  EXPECT_EQ(requests[0].body, R"({"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";",)"
                              R"("references":[{"name":"a/b.proto","subject":"a/b.proto","version":3}]})");
  EXPECT_EQ(requests[1].lines[0], "POST /apis/ccompat/v7/subjects/t-value HTTP/1.1");
  EXPECT_EQ(requests[1].body, requests[0].body);
}

TEST_F(ClientTest, ASubjectWithSlashesIsOneSegment) {
  HttpServer server({HttpAnswer("200 OK", "{}")});
  EXPECT_THAT(Make(server).SetCompatibility("a/b.proto", "BACKWARD"), IsOk());
  EXPECT_EQ(server.requests()[0].lines[0], "PUT /apis/ccompat/v7/config/a%2Fb.proto HTTP/1.1");
  EXPECT_EQ(server.requests()[0].body, R"({"compatibility":"BACKWARD"})");
}

TEST_F(ClientTest, SaysWhoAsks) {
  HttpServer server({HttpAnswer("200 OK", "{}")});
  Client client({.url = server.Url(""), .username = "who", .password = "secret"}, timer_, random_);
  EXPECT_THAT(client.SetCompatibility("s", "NONE"), IsOk());
  EXPECT_EQ(server.requests()[0].Header("authorization"), "Basic d2hvOnNlY3JldA==");
}

TEST_F(ClientTest, ASchemaThatDoesNotFitIsToldWithEveryReason) {
  HttpServer server({HttpAnswer("200 OK", R"({"is_compatible":false,"messages":["one","two"]})")});
  EXPECT_THAT(Make(server).CheckCompatible("t-value", kSchema),
              StatusIs(Code::kFailedPrecondition, AllOf(HasSubstr("t-value"), HasSubstr("one; two"))));
}

TEST_F(ClientTest, ANewSubjectTakesAnySchema) {
  HttpServer server({HttpAnswer("404 Not Found", R"({"error_code":40401,"message":"Subject not found."})")});
  EXPECT_THAT(Make(server).CheckCompatible("t-value", kSchema), IsOk());
}

struct Refused {
  const char* status;
  const char* body;
  Code code;
  const char* says;
};

class RefusedTest : public ClientTest, public ::testing::WithParamInterface<Refused> {};

TEST_P(RefusedTest, IsToldByCodeAndWord) {
  HttpServer server({HttpAnswer(GetParam().status, GetParam().body)});
  EXPECT_THAT(Make(server).Find("t-value", kSchema).status(), StatusIs(GetParam().code, HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, RefusedTest,
    ::testing::Values(
        Refused{"404 Not Found", R"({"error_code":40403,"message":"Schema not found"})", Code::kNotFound,
                "t-value: Schema not found"},
        Refused{"409 Conflict", R"({"message":"too different"})", Code::kFailedPrecondition, "too different"},
        Refused{"422 Unprocessable Entity", R"({"message":"no schema"})", Code::kInvalidArgument, "no schema"},
        Refused{"401 Unauthorized", "", Code::kUnauthenticated, "t-value"},
        Refused{"500 Internal Server Error", "<html>", Code::kUnavailable, "t-value"},
        Refused{"200 OK", "<html>", Code::kInternal, "JSON"},
        Refused{"200 OK", R"({"id":7})", Code::kInternal, "without id and version"}));

TEST_F(ClientTest, APasswordIsNeverTold) {
  Client client({.url = "http://who:secret@127.0.0.1:1"}, timer_, random_);
  const absl::Status status = client.SetCompatibility("s", "NONE");
  EXPECT_THAT(status, StatusIs(Code::kUnavailable));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace ordermesh::registry
