#include "libs/domain/order_size.h"

#include <gtest/gtest.h>

#include "libs/domain/limits.h"

namespace ordermesh::domain {
namespace {

TEST(OrderSizeTest, TheLargestOrderHasTheLargestSize) {
  Order order;
  order.content.customer_id = std::string(kMaxCustomerIdBytes, 'c');
  order.content.contact_email = std::string(kMaxEmailBytes, 'e');
  for (int i = 0; i < kMaxNoteCharacters; ++i) order.content.note += "\U0001F4E6";
  OrderLine line{.sku = std::string(kMaxSkuBytes, 's')};
  for (int i = 0; i < kMaxProductNameCharacters; ++i) line.name += "\U0001F4E6";
  order.content.lines.assign(kMaxLines, line);
  EXPECT_EQ(BytesAtMost(order), kLargestOrderBytes);
  order.content.lines[3].name.pop_back();
  EXPECT_EQ(BytesAtMost(order), kLargestOrderBytes - 1);
  order.content.lines.pop_back();
  EXPECT_EQ(BytesAtMost(order), kLargestOrderBytes - 1 - kLargestLineBytes);
}

TEST(OrderSizeTest, WhatIsCheckedWeighsWhatMayComeBackOrWhatWasSent) {
  NewOrder order;
  order.lines.assign(kMaxLines, {"SKU-1", 1});
  EXPECT_EQ(CheckedBytesAtMost(order), kLargestOrderBytes);
  order.lines.pop_back();
  EXPECT_EQ(CheckedBytesAtMost(order), kLargestOrderBytes - kLargestLineBytes);
  order.lines.assign(kMaxLines + 1, {"SKU-1", 1});
  EXPECT_EQ(CheckedBytesAtMost(order), kLargestOrderBytes) << "too many lines are refused, not priced";
  order.note = std::string(kLargestOrderBytes, 'n');
  EXPECT_GT(CheckedBytesAtMost(order), kLargestOrderBytes + 100 * std::string("SKU-1").size());
}

}  // namespace
}  // namespace ordermesh::domain
