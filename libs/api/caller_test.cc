#include "libs/api/caller.h"

#include <gtest/gtest.h>

#include <string>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

using ::ordermesh::testing::IsOk;

TEST(CheckCallerTest, TakesVisibleAscii) {
  for (const std::string& caller : {std::string("default"), std::string("!"), std::string(kMaxCaller, '~')}) {
    EXPECT_THAT(CheckCaller(caller), IsOk()) << caller;
  }
}

TEST(CheckCallerTest, RefusesEverythingElse) {
  for (const std::string& caller : {std::string(), std::string("a b"), std::string("\u00e4"), std::string("a\0b", 3),
                                    std::string(kMaxCaller + 1, 'x')}) {
    const domain::Refusal refusal = domain::RefusalOf(CheckCaller(caller));
    EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument) << caller;
    EXPECT_EQ(refusal.reason, domain::reasons::kCallerMalformed) << caller;
    EXPECT_EQ(refusal.message, "x-ordermesh-caller: 1 to 128 visible ASCII characters are needed");
  }
}

}  // namespace
}  // namespace ordermesh::api
