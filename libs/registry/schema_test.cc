#include "libs/registry/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ordermesh/events/v1/catalog_events.pb.h"
#include "ordermesh/events/v1/events.pb.h"

namespace ordermesh::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> Names(const std::vector<const google::protobuf::FileDescriptor*>& files) {
  std::vector<std::string> names;
  for (const auto* file : files) names.push_back(file->name());
  return names;
}

TEST(SchemaTest, EveryFileStandsBehindWhatItImports) {
  const auto files = FilesOf(*events::v1::OrderEvent::descriptor()->file());
  EXPECT_THAT(Names(files), ElementsAre("google/type/money.proto", "google/api/http.proto",
                                        "google/api/annotations.proto", "google/api/field_behavior.proto",
                                        "ordermesh/orders/v1/orders.proto", "ordermesh/events/v1/events.proto"));
}

TEST(SchemaTest, AFileThatIsImportedTwiceStandsOnce) {
  const auto names = Names(FilesOf(*events::v1::CatalogEvent::descriptor()->file()));
  EXPECT_EQ(std::count(names.begin(), names.end(), "google/api/annotations.proto"), 1);
  EXPECT_EQ(names.back(), "ordermesh/events/v1/catalog_events.proto");
}

TEST(SchemaTest, WhatEveryRegistryHasIsLeftOut) {
  const google::protobuf::FileDescriptor& file = *events::v1::OrderEvent::descriptor()->file();
  EXPECT_THAT(Names(FilesOf(file)), Not(Contains(StartsWith("google/protobuf/"))));
  EXPECT_THAT(Names(ImportsOf(file)), ElementsAre("google/type/money.proto", "ordermesh/orders/v1/orders.proto"));
}

}  // namespace
}  // namespace ordermesh::registry
