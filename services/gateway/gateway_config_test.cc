#include "services/gateway/gateway_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::IsOk;

TEST(GatewayConfigTest, ItsFieldsAreSound) { ordermesh::testing::ExpectSoundFields(GatewayConfig()); }

TEST(GatewayConfigTest, TakesWhatItIsTold) {
  GatewayConfig config;
  ASSERT_THAT(ordermesh::testing::LoadFlags(
                  {"--validation_target=validation:50052", "--intake_batch_size=256", "--intake_wait_ms=0",
                   "--max_outbox_rows=0", "--accept_give_up_ms=1500", "--unpaid_order_ttl_s=86400"},
                  config),
              IsOk());
  EXPECT_EQ(config.validation_target, "validation:50052");
  EXPECT_EQ(config.intake_batch_size, 256);
  EXPECT_EQ(config.intake_wait, absl::ZeroDuration());
  EXPECT_EQ(config.max_outbox_rows, 0);
  EXPECT_EQ(config.accept_give_up, absl::Milliseconds(1500));
  EXPECT_EQ(config.unpaid_order_ttl, absl::Hours(24));
}

TEST(GatewayConfigTest, NothingExpiresUnlessItIsTold) {
  EXPECT_EQ(GatewayConfig().unpaid_order_ttl, absl::ZeroDuration());
}

TEST(GatewayConfigTest, RefusesWhatCannotWork) {
  for (const char* flag :
       {"--intake_batch_size=0", "--intake_batch_size=257", "--intake_wait_ms=-1", "--intake_queue=0",
        "--validate_in_flight=0", "--validate_timeout_ms=0", "--intake_connections=0", "--cancel_connections=0",
        "--query_connections=65", "--database_queue=0", "--lock_timeout_ms=0", "--max_outbox_rows=-1",
        "--max_event_bytes=1023", "--watch_interval_ms=9", "--unpaid_order_ttl_s=-1"}) {
    ordermesh::testing::ExpectRefused(flag, GatewayConfig());
  }
}

// Each hop gives up before the one that waits for it, so that the refusal still says what was wrong.
TEST(GatewayConfigTest, ItsTimeoutsFitIntoEachOther) {
  const GatewayConfig config;
  EXPECT_LT(config.lock_timeout, config.statement_timeout);
  EXPECT_LT(config.statement_timeout, config.accept_give_up);
  EXPECT_LT(config.validate_timeout, config.accept_give_up);
}

}  // namespace
}  // namespace ordermesh::gateway
