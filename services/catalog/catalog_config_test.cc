#include "services/catalog/catalog_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOk;

TEST(CatalogConfigTest, ItsFieldsAreSound) { ordermesh::testing::ExpectSoundFields(CatalogConfig()); }

TEST(CatalogConfigTest, TakesWhatItIsTold) {
  CatalogConfig config;
  ASSERT_THAT(ordermesh::testing::LoadFlags({"--query_connections=64", "--change_connections=1"}, config), IsOk());
  EXPECT_EQ(config.query_connections, 64);
  EXPECT_EQ(config.change_connections, 1);
}

TEST(CatalogConfigTest, RefusesWhatCannotWork) {
  for (const char* flag :
       {"--query_connections=0", "--query_connections=65", "--change_connections=0", "--change_connections=65",
        "--database_queue=0", "--feed_batch_records=0", "--feed_batch_records=1001", "--feed_gather_ms=-1",
        "--session_timeout_ms=5999", "--max_poll_interval_ms=5999"}) {
    ordermesh::testing::ExpectRefused(flag, CatalogConfig());
  }
}

}  // namespace
}  // namespace ordermesh::catalog
