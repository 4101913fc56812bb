#include "libs/postgres/conninfo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ConninfoTest, ReplacesSettingsInBothForms) {
  EXPECT_THAT(WithSettings("postgres://me:secret@db:5433/old", {{"dbname", "new"}, {"user", "you"}}),
              IsOkAndHolds(AllOf(HasSubstr("dbname='new'"), HasSubstr("user='you'"), HasSubstr("host='db'"),
                                 HasSubstr("port='5433'"), HasSubstr("password='secret'"))));
  EXPECT_THAT(WithSettings("host=db dbname=old", {{"dbname", "new"}}),
              IsOkAndHolds(AllOf(HasSubstr("dbname='new'"), Not(HasSubstr("old")))));
}

TEST(ConninfoTest, AddsWhatIsMissingAndTakesOutWhatIsEmpty) {
  EXPECT_THAT(WithSettings("host=db password=x", {{"password", ""}, {"sslmode", "require"}}),
              IsOkAndHolds(AllOf(HasSubstr("sslmode='require'"), Not(HasSubstr("password")))));
}

TEST(ConninfoTest, QuotesValues) {
  EXPECT_THAT(WithSettings("host=db", {{"password", R"(it's a \ )"}}),
              IsOkAndHolds(HasSubstr(R"(password='it\'s a \\ ')")));
}

TEST(ConninfoTest, NeverQuotesWhatItCannotRead) {
  EXPECT_THAT(WithSettings("postgres://u:hunter2@[broken", {}),
              StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("hunter2"))));
}

TEST(ConninfoTest, DescribesWithoutThePassword) {
  EXPECT_THAT(DescribeTarget("postgres://me:secret@db:5433/shop"), IsOkAndHolds(std::string("me@db:5433/shop")));
}

}  // namespace
}  // namespace ordermesh::postgres
