// Signed requests to an object store that checks their signatures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/http/client.h"
#include "libs/http/url.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::http {
namespace {

using ::ordermesh::testing::Stack;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What stands in the elements of that name; enough of XML for what the store answers.
std::vector<std::string> Elements(absl::string_view xml, const std::string& name) {
  std::vector<std::string> found;
  const std::vector<absl::string_view> parts = absl::StrSplit(xml, absl::StrCat("<", name, ">"));
  for (std::size_t i = 1; i < parts.size(); ++i) found.emplace_back(parts[i].substr(0, parts[i].find('<')));
  return found;
}

// Each test has a bucket of its own.
class S3Test : public ::testing::Test {
 protected:
  S3Test() {
    static int number = 0;
    bucket_ = absl::StrCat("test-", getpid(), "-", ++number);
  }
  void SetUp() override { ASSERT_EQ(Send({.method = "PUT"}).reply.status, 200); }

  // `url` is what follows the bucket's name.
  Result Send(Request request) {
    request.url = absl::StrCat(url_, "/", bucket_, request.url);
    if (!request.sign.has_value()) request.sign = key_;
    return client_.Send(request);
  }
  Result Put(const std::string& key, absl::string_view body) {
    return Send({.method = "PUT", .url = absl::StrCat("/", EscapePath(key)), .body = body});
  }
  Result Get(const std::string& key, Headers headers = {}) {
    return Send({.url = absl::StrCat("/", EscapePath(key)), .headers = std::move(headers)});
  }

  const std::string url_ = Stack::Variable("S3_URL");
  SigningKey key_ = {.access_key = Stack::Variable("S3_ACCESS_KEY"),
                     .secret_key = Stack::Variable("S3_SECRET_KEY"),
                     .session_token = "",
                     .region = Stack::Variable("S3_REGION")};
  std::string bucket_;
  Client client_{{}, base::SystemTimer(), base::SystemRandom()};
};

TEST_F(S3Test, KeysWithOddCharactersArePutGotAndListed) {
  for (const char* key : {"plain.csv", "in/folder.csv", "a b.csv", "a+b.csv", "ü€.csv", "100%.csv", "q?x=1&y.csv",
                          "~t_-.csv", "(p)'!*.csv", "#h.csv", "a:b@c,d;e=f$.csv", "d%20e.csv"}) {
    SCOPED_TRACE(key);
    ASSERT_TRUE(Put(key, key).ok());
    const Result got = Get(key);
    EXPECT_TRUE(got.ok()) << got.status;
    EXPECT_EQ(got.reply.body, key);
    const Result listed = Send({.url = absl::StrCat("?list-type=2&prefix=", Escape(key))});
    EXPECT_TRUE(listed.ok()) << listed.status;
    EXPECT_THAT(Elements(listed.reply.body, "KeyCount"), ElementsAre("1"));
  }
}

TEST_F(S3Test, ListsPageByPage) {
  for (const char* key : {"a/3", "a/1", "b/1", "a/2", "a/4"}) ASSERT_TRUE(Put(key, "x").ok());
  std::string token;
  std::vector<std::vector<std::string>> pages;
  do {
    const std::string more = token.empty() ? "" : absl::StrCat("&continuation-token=", Escape(token));
    const Result listed = Send({.url = absl::StrCat("?prefix=a%2F&max-keys=3&list-type=2&delimiter=%2F", more)});
    ASSERT_TRUE(listed.ok()) << listed.status;
    pages.push_back(Elements(listed.reply.body, "Key"));
    const std::vector<std::string> next = Elements(listed.reply.body, "NextContinuationToken");
    token = next.empty() ? "" : next[0];
  } while (!token.empty());
  EXPECT_THAT(pages, ElementsAre(ElementsAre("a/1", "a/2", "a/3"), ElementsAre("a/4")));
}

TEST_F(S3Test, PartOfAnObject) {
  ASSERT_TRUE(Put("digits", "0123456789").ok());
  const Result part = Get("digits", {{"Range", "bytes=3-5"}});
  EXPECT_EQ(part.reply.status, 206);
  EXPECT_EQ(part.reply.body, "345");
  EXPECT_THAT(Get("digits", {{"Range", "bytes=10-"}}).status, StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(S3Test, HeadersAreSignedToo) {
  const Request once = {.method = "PUT",
                        .url = "/lock",
                        .headers = {{"If-None-Match", "*"}, {"Content-Type", "text/csv"}, {"x-amz-meta-owner", "erp"}},
                        .body = "mine"};
  ASSERT_TRUE(Send(once).ok());
  EXPECT_THAT(Send(once).status, StatusIs(absl::StatusCode::kFailedPrecondition));
  const Result got = Send({.method = "HEAD", .url = "/lock"});
  ASSERT_TRUE(got.ok()) << got.status;
  ASSERT_NE(got.reply.Find("x-amz-meta-owner"), nullptr);
  EXPECT_EQ(*got.reply.Find("x-amz-meta-owner"), "erp");
  EXPECT_EQ(*got.reply.Find("content-type"), "text/csv");
}

TEST_F(S3Test, ABodyThatIsStreamed) {
  std::string body;
  while (body.size() < 3 << 20) absl::StrAppend(&body, body.size(), "\n");
  std::size_t at = 0;
  const auto open = [&] {
    at = 0;
    return [&](char* to, std::size_t size) -> absl::StatusOr<std::size_t> {
      const std::size_t part = std::min(size, body.size() - at);
      std::memcpy(to, body.data() + at, part);
      at += part;
      return part;
    };
  };
  const StreamedBody streamed = {.open = open, .bytes = static_cast<std::int64_t>(body.size())};
  ASSERT_TRUE(Send({.method = "PUT", .url = "/large", .streamed = streamed}).ok());
  std::string got;
  const Result reply = Send({.url = "/large", .max_reply_bytes = 4 << 20, .on_body = [&](absl::string_view bytes) {
                               absl::StrAppend(&got, bytes);
                               return absl::OkStatus();
                             }});
  EXPECT_TRUE(reply.ok()) << reply.status;
  EXPECT_TRUE(got == body);  // too long to be printed
}

TEST_F(S3Test, AnObjectInParts) {
  const Result begun = Send({.method = "POST", .url = "/big?uploads="});
  ASSERT_TRUE(begun.ok()) << begun.status;
  const std::vector<std::string> upload = Elements(begun.reply.body, "UploadId");
  ASSERT_EQ(upload.size(), 1U);
  const std::string first(5 << 20, '1');  // no part but the last may be smaller
  std::string parts;
  for (int number = 1; number <= 2; ++number) {
    const Result put = Send({.method = "PUT",
                             .url = absl::StrCat("/big?uploadId=", Escape(upload[0]), "&partNumber=", number),
                             .body = number == 1 ? absl::string_view(first) : "end"});
    ASSERT_TRUE(put.ok()) << put.status;
    ASSERT_NE(put.reply.Find("etag"), nullptr);
    absl::StrAppend(&parts, "<Part><PartNumber>", number, "</PartNumber><ETag>", *put.reply.Find("etag"),
                    "</ETag></Part>");
  }
  const std::string all = absl::StrCat("<CompleteMultipartUpload>", parts, "</CompleteMultipartUpload>");
  const Result done = Send({.method = "POST", .url = absl::StrCat("/big?uploadId=", Escape(upload[0])), .body = all});
  ASSERT_TRUE(done.ok()) << done.status << done.reply.body;
  EXPECT_EQ(Get("big", {{"Range", "bytes=5242878-"}}).reply.body, "11end");
}

TEST_F(S3Test, WhatIsDeletedIsGone) {
  ASSERT_TRUE(Put("old", "x").ok());
  EXPECT_EQ(Send({.method = "DELETE", .url = "/old"}).reply.status, 204);
  EXPECT_THAT(Get("old").status, StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(S3Test, AWrongKeyIsRefused) {
  ASSERT_TRUE(Put("object", "x").ok());
  SigningKey wrong = key_;
  wrong.secret_key = "another";
  const Result refused = Send({.url = "/object", .sign = wrong});
  EXPECT_THAT(refused.status, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(refused.reply.body, HasSubstr("SignatureDoesNotMatch"));
  EXPECT_THAT(client_.Send({.url = absl::StrCat(url_, "/", bucket_, "/object")}).status,
              StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace ordermesh::http
