#include "services/validation/validation_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"

namespace ordermesh::validation {
namespace {

using ordermesh::testing::IsOk;

TEST(ValidationConfigTest, ItsFieldsAreSound) { ordermesh::testing::ExpectSoundFields(ValidationConfig()); }

TEST(ValidationConfigTest, TakesWhatItIsTold) {
  ValidationConfig config;
  ASSERT_THAT(ordermesh::testing::LoadFlags(
                  {"--catalog_poll_ms=10", "--catalog_full_reload_s=60", "--snapshot_max_age_ms=1000"}, config),
              IsOk());
  EXPECT_EQ(config.catalog_poll, absl::Milliseconds(10));
  EXPECT_EQ(config.catalog_full_reload, absl::Minutes(1));
  EXPECT_EQ(config.snapshot_max_age, absl::Seconds(1));
}

TEST(ValidationConfigTest, RefusesWhatCannotWork) {
  for (const char* flag : {"--catalog_poll_ms=9", "--catalog_poll_ms=60001", "--catalog_full_reload_s=0",
                           "--snapshot_max_age_ms=999", "--database_grace_ms=-1", "--database_grace_ms=60001"}) {
    ordermesh::testing::ExpectRefused(flag, ValidationConfig());
  }
}

}  // namespace
}  // namespace ordermesh::validation
