#include "libs/messaging/kafka/broker_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;

class KafkaBrokerErrorsTest : public ::testing::Test {
 protected:
  BrokerErrors errors_;
  const absl::Status no_answer_ = absl::UnavailableError("kafka: no broker answered");
};

TEST_F(KafkaBrokerErrorsTest, TheReasonIsAddedToWhatGotNoAnswer) {
  EXPECT_EQ(errors_.Explain(no_answer_), no_answer_);
  errors_.Note(RD_KAFKA_RESP_ERR__SSL, "certificate verify failed");
  EXPECT_EQ(errors_.Explain(no_answer_),
            absl::UnavailableError("kafka: no broker answered: certificate verify failed"));
  EXPECT_THAT(errors_.Explain(absl::DeadlineExceededError("late")), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(errors_.Explain(absl::OkStatus()), IsOk());
  EXPECT_EQ(errors_.Explain(absl::NotFoundError("topic")), absl::NotFoundError("topic"));
}

TEST_F(KafkaBrokerErrorsTest, SettingsHaveOurNames) {
  errors_.Note(RD_KAFKA_RESP_ERR__SSL, "verify that ssl.ca.location is correctly configured");
  EXPECT_EQ(errors_.Explain(no_answer_),
            absl::UnavailableError("kafka: no broker answered: verify that kafka_ca_file is correctly configured"));
}

TEST_F(KafkaBrokerErrorsTest, ThatAllAreDownHidesNoReason) {
  errors_.Note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  EXPECT_EQ(errors_.Explain(no_answer_), absl::UnavailableError("kafka: no broker answered: 1/1 brokers are down"));
  errors_.Note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "wrong password");
  errors_.Note(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "1/1 brokers are down");
  EXPECT_EQ(errors_.Explain(no_answer_), absl::PermissionDeniedError("kafka: no broker answered: wrong password"));
}

TEST_F(KafkaBrokerErrorsTest, ABrokerThatAnswersEndsThem) {
  errors_.Note(RD_KAFKA_RESP_ERR__AUTHENTICATION, "wrong password");
  errors_.Clear();
  EXPECT_EQ(errors_.Explain(no_answer_), no_answer_);
}

}  // namespace
}  // namespace ordermesh::kafka
