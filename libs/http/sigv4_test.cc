// What a server that checks signatures would say of signed requests. The check is made after AWS's description of the
// algorithm, and held against the examples that AWS gives.
#include "libs/http/sigv4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/http/client.h"
#include "libs/http/url.h"
#include "libs/testing/http_request.h"
#include "libs/testing/tcp_server.h"

namespace ordermesh::http {
namespace {

using ::ordermesh::testing::HttpRequest;
using ::ordermesh::testing::TcpServer;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string Hash(absl::string_view bytes) {
  unsigned char digest[32];
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<char*>(digest), sizeof digest});
}

std::string Mac(absl::string_view key, absl::string_view bytes) {
  unsigned char digest[32];
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), digest, nullptr);
  return {reinterpret_cast<char*>(digest), sizeof digest};
}

// The value behind `name` in an Authorization header.
std::string Field(const std::string& authorization, const std::string& name) {
  for (absl::string_view field : absl::StrSplit(authorization, absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&field, name + "=")) return std::string(field);
  }
  return "";
}

// The signature that the request should have.
std::string Signature(const HttpRequest& request, const std::string& secret) {
  const std::vector<std::string> line = absl::StrSplit(request.lines[0], ' ');
  const std::vector<std::string> target = absl::StrSplit(line[1], absl::MaxSplits('?', 1));
  std::vector<std::pair<std::string, std::string>> query;
  for (absl::string_view parameter : absl::StrSplit(target.size() > 1 ? target[1] : "", '&', absl::SkipEmpty())) {
    query.push_back(absl::StrSplit(parameter, absl::MaxSplits('=', 1)));
  }
  std::sort(query.begin(), query.end());

  const std::string authorization = request.Header("authorization");
  const std::string signed_headers = Field(authorization, "SignedHeaders");
  std::string headers;
  for (absl::string_view name : absl::StrSplit(signed_headers, ';')) {
    absl::StrAppend(&headers, name, ":", absl::StripAsciiWhitespace(request.Header(std::string(name))), "\n");
  }
  std::string body_hash = request.Header("x-amz-content-sha256");
  if (body_hash.empty()) body_hash = Hash(request.body);
  const std::string canonical =
      absl::StrCat(line[0], "\n", target[0], "\n", absl::StrJoin(query, "&", absl::PairFormatter("=")), "\n", headers,
                   "\n", signed_headers, "\n", body_hash);

  const std::vector<std::string> scope = absl::StrSplit(Field(authorization, "Credential"), '/');
  const std::string text = absl::StrCat("AWS4-HMAC-SHA256\n", request.Header("x-amz-date"), "\n", scope[1], "/",
                                        scope[2], "/", scope[3], "/aws4_request\n", Hash(canonical));
  const std::string key = Mac(Mac(Mac(Mac("AWS4" + secret, scope[1]), scope[2]), scope[3]), "aws4_request");
  return absl::BytesToHexString(Mac(key, text));
}

TEST(SignatureTest, IsThatOfTheExamplesThatAwsGives) {
  const struct {
    const char* secret;
    std::vector<std::string> lines;
    const char* signature;
  } cases[] = {
      {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
       {"GET / HTTP/1.1", "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date"},
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
       {"GET /?Param2=value2&Param1=value1 HTTP/1.1", "Host: example.amazonaws.com", "X-Amz-Date: 20150830T123600Z",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date"},
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
       {"GET /test.txt HTTP/1.1", "Host: examplebucket.s3.amazonaws.com", "Range: bytes=0-9",
        "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-amz-date: 20130524T000000Z",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date"},
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
  };
  for (const auto& c : cases) EXPECT_EQ(Signature({.lines = c.lines, .body = ""}, c.secret), c.signature);
}

class SigV4Test : public ::testing::Test {
 protected:
  // The request as the server saw it.
  HttpRequest Send(Request request) {
    request.url = absl::StrCat("http://127.0.0.1:", server_.port(), request.url);
    request.sign = key_;
    EXPECT_EQ(client_.Send(request).kind, Kind::kDone);
    base::MutexLock lock(mu_);
    return seen_;
  }
  void ExpectGoodSignature(const HttpRequest& seen) {
    EXPECT_EQ(Field(seen.Header("authorization"), "Signature"), Signature(seen, key_.secret_key)) << seen.lines[0];
  }

  SigningKey key_ = {.access_key = "AKIDEXAMPLE",
                     .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                     .session_token = "",
                     .region = "eu-central-1"};
  base::Mutex mu_;
  HttpRequest seen_;
  TcpServer server_{[this](TcpServer::Connection& connection, int) {
    for (HttpRequest request = testing::ReadHttpRequest(connection); !request.lines.empty();
         request = testing::ReadHttpRequest(connection)) {
      {
        base::MutexLock lock(mu_);
        seen_ = request;
      }
      connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  Client client_{{}, base::SystemTimer(), base::SystemRandom()};
};

TEST_F(SigV4Test, KeysWithOddCharacters) {
  for (const char* key : {"plain.csv", "a b.csv", "a+b.csv", "ü€.csv", "100%.csv", "q?x=1&y.csv", "~t_-.csv",
                          "(p)'!*.csv", "#h.csv", "a:b@c,d;e=f$.csv", "d%20e.csv"}) {
    const HttpRequest seen = Send({.url = absl::StrCat("/imports/", EscapePath(key))});
    EXPECT_EQ(seen.lines[0], absl::StrCat("GET /imports/", EscapePath(key), " HTTP/1.1"));
    ExpectGoodSignature(seen);
  }
}

TEST_F(SigV4Test, Queries) {
  for (const char* query : {"prefix=sig%2F&list-type=2&delimiter=%2F&max-keys=3", "list-type=2&prefix=", "uploads",
                            "uploadId=a%2Bb%3D&partNumber=2", "prefix=a%20b"}) {
    ExpectGoodSignature(Send({.url = absl::StrCat("/imports?", query)}));
  }
}

TEST_F(SigV4Test, HeadersAndBodies) {
  const std::string body(2 << 20, 'x');
  HttpRequest seen = Send({.method = "PUT",
                           .url = "/imports/k",
                           .headers = {{"If-None-Match", "*"}, {"Content-Type", "text/csv"}},
                           .body = body});
  ExpectGoodSignature(seen);
  EXPECT_EQ(seen.Header("x-amz-content-sha256"), Hash(body));
  EXPECT_EQ(seen.body, body);
  EXPECT_THAT(Field(seen.Header("authorization"), "SignedHeaders"), HasSubstr("if-none-match"));
  EXPECT_THAT(Field(seen.Header("authorization"), "Credential"), EndsWith("/eu-central-1/s3/aws4_request"));

  seen = Send({.url = "/imports/k", .headers = {{"Range", "bytes=0-9"}, {"If-Match", "\"5\""}}});
  ExpectGoodSignature(seen);
  EXPECT_EQ(seen.Header("x-amz-content-sha256"), Hash(""));
  ExpectGoodSignature(Send({.method = "DELETE", .url = "/imports/k"}));
  ExpectGoodSignature(Send({.method = "HEAD", .url = "/imports/k"}));
}

TEST_F(SigV4Test, AStreamedBodyIsNotPartOfIt) {
  const HttpRequest seen =
      Send({.method = "PUT",
            .url = "/imports/k",
            .streamed = StreamedBody{[] {
                                       return [left = 3](char* to, std::size_t) mutable -> absl::StatusOr<std::size_t> {
                                         if (left == 0) return 0;
                                         *to = static_cast<char>('0' + left--);
                                         return 1;
                                       };
                                     },
                                     3}});
  EXPECT_EQ(seen.body, "321");
  EXPECT_EQ(seen.Header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
  ExpectGoodSignature(seen);
}

TEST_F(SigV4Test, ASessionTokenIsSent) {
  key_.session_token = "token/+=";
  const HttpRequest seen = Send({.url = "/imports/k"});
  EXPECT_EQ(seen.Header("x-amz-security-token"), "token/+=");
  EXPECT_THAT(Field(seen.Header("authorization"), "SignedHeaders"), HasSubstr("x-amz-security-token"));
  ExpectGoodSignature(seen);
}

}  // namespace
}  // namespace ordermesh::http
