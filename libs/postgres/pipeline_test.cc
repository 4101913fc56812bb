// Pipelines, against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/postgres/connection.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Statement kInsert = {"insert", "INSERT INTO things(id) VALUES ($1)"};
constexpr Statement kCount = {"count", "SELECT count(*) FROM things"};
constexpr Statement kWrong = {"wrong", "SELECT 1 FROM nothing_of_that_name"};

class PipelineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, TestDatabase::CreateEmpty());
    ASSERT_THAT(database_->admin().Run("CREATE TABLE things(id int8 PRIMARY KEY)"), IsOk());
    connection_ = std::make_unique<Connection>(ConnectionOptions{.url = database_->url()});
  }
  Connection& db() { return *connection_; }
  std::int64_t Count() {
    absl::StatusOr<Result> result = database_->admin().Execute(kCount);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->Int8(0, 0) : -1;
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(PipelineTest, GivesTheResultsInTheOrderOfSend) {
  Connection::Pipeline pipeline(db());
  pipeline.Begin();
  pipeline.Send(kInsert, Params().Int8(1));
  pipeline.Send(kInsert, Params().Int8(2));  // Prepared once, in the same pipeline.
  pipeline.Send(kCount);
  pipeline.Commit();
  ASSERT_OK_AND_ASSIGN(const std::vector<Result> results, pipeline.Finish());
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].affected(), 1);
  EXPECT_EQ(results[2].Int8(0, 0), 2);
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 2);
}

TEST_F(PipelineTest, ATransactionMayGoOverTwo) {
  Connection::Pipeline first(db());
  first.Begin();
  first.Send(kInsert, Params().Int8(1));
  ASSERT_THAT(first.Finish(), IsOk());
  EXPECT_TRUE(db().in_transaction());
  EXPECT_EQ(Count(), 0);
  Connection::Pipeline second(db());
  second.Send(kInsert, Params().Int8(2));
  second.Commit();
  ASSERT_THAT(second.Finish(), IsOk());
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 2);
}

TEST_F(PipelineTest, AnErrorInTheMiddleTakesTheRestWithIt) {
  Connection::Pipeline pipeline(db());
  pipeline.Begin();
  pipeline.Send(kInsert, Params().Int8(1));
  pipeline.Send(kInsert, Params().Int8(1));
  pipeline.Send(kInsert, Params().Int8(2));
  pipeline.Commit();
  const absl::Status status = pipeline.Finish().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("insert")));
  EXPECT_EQ(SqlState(status), "23505");
  EXPECT_FALSE(db().OutcomeUnknown());
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 0);
  EXPECT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
}

TEST_F(PipelineTest, AnErrorRollsAnOlderTransactionBackToo) {
  ASSERT_THAT(db().Begin(), IsOk());
  ASSERT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
  Connection::Pipeline pipeline(db());
  pipeline.Send(kWrong);
  EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kInternal));
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, WhatAFailedOneDidNotPrepareIsPreparedLater) {
  Connection::Pipeline pipeline(db());
  pipeline.Send(kWrong);
  pipeline.Send(kInsert, Params().Int8(1));
  EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("wrong")));
  EXPECT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
}

TEST_F(PipelineTest, WithoutBeginAllOrNothing) {
  Connection::Pipeline pipeline(db());
  pipeline.Send(kInsert, Params().Int8(1));
  pipeline.Send(kInsert, Params().Int8(1));
  EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, AConstraintThatIsCheckedAtTheEndFailsIt) {
  ASSERT_THAT(db().Run("CREATE TABLE late(id int8 UNIQUE DEFERRABLE INITIALLY DEFERRED)"), IsOk());
  const Statement insert = {"insert_late", "INSERT INTO late VALUES (1)"};
  for (const bool explicitly : {false, true}) {
    Connection::Pipeline pipeline(db());
    if (explicitly) pipeline.Begin();
    pipeline.Send(insert);
    pipeline.Send(insert);
    if (explicitly) pipeline.Commit();
    EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("late_id_key")));
    EXPECT_FALSE(db().OutcomeUnknown());
    EXPECT_FALSE(db().in_transaction());
  }
  EXPECT_THAT(db().Execute(kCount), IsOk());
}

TEST_F(PipelineTest, ManyLargeStatementsBothWaysDoNotBlockEachOther) {
  const std::string large(1 << 20, 'x');
  Connection::Pipeline pipeline(db());
  for (int i = 0; i < 16; ++i) pipeline.Send({"echo", "SELECT $1::text"}, Params().Text(large));
  ASSERT_OK_AND_ASSIGN(const std::vector<Result> results, pipeline.Finish());
  ASSERT_EQ(results.size(), 16u);
  for (const Result& result : results) EXPECT_EQ(result.Text(0, 0).size(), large.size());
}

TEST_F(PipelineTest, AnEmptyOneIsNothing) {
  Connection::Pipeline pipeline(db());
  ASSERT_OK_AND_ASSIGN(const std::vector<Result> results, pipeline.Finish());
  EXPECT_THAT(results, IsEmpty());
}

TEST_F(PipelineTest, LeftWithoutFinishNothingOfItStays) {
  {
    Connection::Pipeline pipeline(db());
    pipeline.Begin();
    pipeline.Send(kInsert, Params().Int8(1));
  }
  EXPECT_FALSE(db().connected());
  EXPECT_THAT(db().Execute(kCount), IsOk());
  EXPECT_EQ(Count(), 0);
}

TEST_F(PipelineTest, MisuseIsAnErrorAndLeavesNothingBehind) {
  Connection::Pipeline pipeline(db());
  pipeline.Begin();
  pipeline.Send(kInsert, Params().Int8(1));
  pipeline.Begin();
  EXPECT_THAT(pipeline.Finish(), StatusIs(absl::StatusCode::kInternal, HasSubstr("a transaction is open")));
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 0);
}

}  // namespace
}  // namespace ordermesh::postgres
