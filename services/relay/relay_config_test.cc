#include "services/relay/relay_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"

namespace ordermesh::relay {
namespace {

TEST(RelayConfigTest, ItsFieldsAreSound) { testing::ExpectSoundFields(RelayConfig()); }

TEST(RelayConfigTest, TakesWhatItIsTold) {
  RelayConfig config;
  ASSERT_THAT(testing::LoadFlags({"--kafka_brokers=a:1,b:2", "--batch_size=10000", "--idle_read_pause_ms=250",
                                  "--kafka_linger_ms=0", "--outbox_retention_s=0"},
                                 config),
              testing::IsOk());
  EXPECT_EQ(config.kafka.addresses, "a:1,b:2");
  EXPECT_EQ(config.batch_size, 10'000);
  EXPECT_EQ(config.idle_read_pause, absl::Milliseconds(250));
  EXPECT_EQ(config.kafka_linger, absl::ZeroDuration());
  EXPECT_EQ(config.outbox_retention, absl::ZeroDuration());
}

TEST(RelayConfigTest, RefusesWhatCannotWork) {
  for (const char* flag : {"--batch_size=0", "--batch_size=10001", "--read_pause_ms=0", "--idle_read_pause_ms=10001",
                           "--publish_window=0", "--publish_timeout_ms=99", "--kafka_linger_ms=-1", "--lock_poll_ms=9",
                           "--lock_timeout_ms=4999", "--outbox_retention_s=-1"}) {
    testing::ExpectRefused(flag, RelayConfig());
  }
}

}  // namespace
}  // namespace ordermesh::relay
