#include "libs/http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::http {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;

TEST(EscapeTest, LeavesNothingThatAUrlReadsAsItsOwn) {
  EXPECT_EQ(Escape("a-b_c.d~1"), "a-b_c.d~1");
  EXPECT_EQ(Escape("a b+c/d?e=f&g%h#i"), "a%20b%2Bc%2Fd%3Fe%3Df%26g%25h%23i");
  EXPECT_EQ(Escape("ü€"), "%C3%BC%E2%82%AC");
  EXPECT_EQ(Escape(absl::string_view("a\0b", 3)), "a%00b");
  EXPECT_EQ(Escape(""), "");
}

TEST(EscapeTest, APathKeepsItsSlashes) { EXPECT_EQ(EscapePath("in/a b/c?.csv"), "in/a%20b/c%3F.csv"); }

TEST(OriginTest, TellsTheServerAndNothingElse) {
  EXPECT_EQ(Origin("https://user:secret@host:8443/token?sig=1#x"), "https://host:8443");
  EXPECT_EQ(Origin("http://host/token"), "http://host");
  EXPECT_EQ(Origin("http://[::1]:80/token"), "http://[::1]:80");
  EXPECT_EQ(Origin("secret"), "http: not a URL");
  EXPECT_EQ(Origin(""), "http: not a URL");
}

TEST(UrlToSignTest, SortsTheQueryByNameAndValue) {
  const struct {
    const char* url;
    const char* sorted;
  } cases[] = {
      {"http://h/b/k", "http://h/b/k"},
      {"http://h/b/", "http://h/b/"},
      {"http://h", "http://h"},
      {"http://h/b?uploads", "http://h/b?uploads="},
      {"http://h/b?prefix=x&list-type=2&delimiter=%2F", "http://h/b?delimiter=%2F&list-type=2&prefix=x"},
      {"http://h/b?a-b=1&a=2&a=1", "http://h/b?a=1&a=2&a-b=1"},
      {"http://h/b?a=x=y&&b=", "http://h/b?a=x=y&b="},
  };
  for (const auto& c : cases) EXPECT_THAT(UrlToSign(c.url), IsOkAndHolds(c.sorted)) << c.url;
}

TEST(UrlToSignTest, RefusesPathsThatAreReadInTwoWays) {
  for (const char* url :
       {"http://h/b//k", "http://h//", "http://h/b/../k", "http://h/b/.", "http://h/./b", "nothing"}) {
    EXPECT_THAT(UrlToSign(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

}  // namespace
}  // namespace ordermesh::http
