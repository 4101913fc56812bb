#include "services/validation/app/shared_table.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace ordermesh::validation {
namespace {

struct Row {
  int key;
  std::string text;
};
struct KeyOf {
  int operator()(const Row& row) const { return row.key; }
};
using Table = SharedTable<Row, KeyOf>;

std::shared_ptr<const Row> ARow(int key, const std::string& text = "") {
  return std::make_shared<const Row>(Row{key, text});
}

TEST(SharedTableTest, HoldsARowForEachKey) {
  Table table;
  EXPECT_EQ(table.Find(1), nullptr);
  table.Put(ARow(1, "one"));
  table.Put(ARow(2));
  table.Put(ARow(1, "anew"));
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(table.Find(1)->text, "anew");
  table.Erase(1);
  table.Erase(1);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.Find(1), nullptr);
}

TEST(SharedTableTest, ACopyGoesItsOwnWay) {
  Table before;
  for (int key = 0; key < 20'000; ++key) before.Put(ARow(key));
  Table after(before);
  EXPECT_TRUE(after == before);
  after.Put(ARow(7, "seven"));
  after.Erase(8);
  after.Put(ARow(20'000));
  EXPECT_EQ(before.size(), 20'000u);
  EXPECT_EQ(before.Find(7)->text, "");
  EXPECT_NE(before.Find(8), nullptr);
  EXPECT_EQ(after.Find(7)->text, "seven");
  EXPECT_EQ(after.size(), 20'000u);
  EXPECT_EQ(after.Find(9), before.Find(9)) << "what didn't change is shared";
  EXPECT_FALSE(after == before);
  // The copy owns nothing that its own copies have.
  Table later(after);
  later.Put(ARow(7, "later"));
  EXPECT_EQ(after.Find(7)->text, "seven");
}

TEST(SharedTableTest, TheSameTextInAnotherRowIsNotTheSameRow) {
  Table a, b;
  a.Put(ARow(1));
  b.Put(ARow(1));
  EXPECT_FALSE(a == b);
}

// What is published is read while the next one is made of it.
TEST(SharedTableTest, IsReadWhileACopyChanges) {
  auto current = std::make_shared<const Table>();
  for (int round = 0; round < 20; ++round) {
    const std::jthread reader([current, round] {
      for (int key = 0; key < 1000; ++key) {
        const Row* row = current->Find(key);
        ASSERT_EQ(row == nullptr, round == 0);
        if (row == nullptr) continue;
        ASSERT_EQ(row->text, std::to_string(round - 1));
      }
    });
    auto next = std::make_shared<Table>(*current);
    for (int key = 0; key < 1000; ++key) next->Put(ARow(key, std::to_string(round)));
    current = std::make_shared<const Table>(*next);
  }
}

}  // namespace
}  // namespace ordermesh::validation
