#include "libs/wire/registry_framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/descriptor.pb.h"
#include "libs/testing/status_matchers.h"
#include "ordermesh/events/v1/events.pb.h"

namespace ordermesh::wire {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(RegistryFramingTest, OfTheFirstMessageOfAFileIsSixBytes) {
  EXPECT_EQ(RegistryFraming(0x01020304, *events::v1::OrderEvent::descriptor()), Bytes({0, 1, 2, 3, 4, 0}));
}

TEST(RegistryFramingTest, OfAnotherNamesItsPlace) {
  ASSERT_EQ(events::v1::OrderEventLine::descriptor()->index(), 1);
  EXPECT_EQ(RegistryFraming(7, *events::v1::OrderEventLine::descriptor()), Bytes({0, 0, 0, 0, 7, 2, 2}));
  // The path to a message within a message has an index for each level.
  const auto* nested = google::protobuf::DescriptorProto::ExtensionRange::descriptor();
  const int outer = nested->containing_type()->index();
  EXPECT_EQ(RegistryFraming(7, *nested), Bytes({0, 0, 0, 0, 7, 4, 2 * outer, 2 * nested->index()}));
}

TEST(RegistryFramingTest, ComesOffAgain) {
  events::v1::OrderEvent event;
  event.set_order_id("1");
  const std::string payload = event.SerializeAsString();
  for (const auto* message : {events::v1::OrderEvent::descriptor(), events::v1::OrderEventLine::descriptor(),
                              google::protobuf::DescriptorProto::ExtensionRange::descriptor()}) {
    EXPECT_THAT(WithoutRegistryFraming(RegistryFraming(70'000, *message) + payload), IsOkAndHolds(payload));
  }
}

TEST(RegistryFramingTest, WhatIsNotFramedStaysAsItIs) {
  events::v1::OrderEvent event;
  event.set_order_id("1");
  EXPECT_THAT(WithoutRegistryFraming(event.SerializeAsString()), IsOkAndHolds(event.SerializeAsString()));
  EXPECT_THAT(WithoutRegistryFraming(""), IsOkAndHolds(""));
}

TEST(RegistryFramingTest, WhatIsCutOffIsRefused) {
  const std::string whole = Bytes({0, 0, 0, 0, 7, 4, 0x86, 0x01, 2});
  ASSERT_THAT(WithoutRegistryFraming(whole), IsOkAndHolds(""));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_THAT(WithoutRegistryFraming(whole.substr(0, size)), StatusIs(absl::StatusCode::kInvalidArgument)) << size;
  }
  // A count that no path has: negative, and beyond any nesting.
  EXPECT_THAT(WithoutRegistryFraming(Bytes({0, 0, 0, 0, 7, 1})), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(WithoutRegistryFraming(Bytes({0, 0, 0, 0, 7, 0xFE, 0x7F})), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::wire
