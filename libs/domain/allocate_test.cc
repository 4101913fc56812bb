#include "libs/domain/allocate.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

ProductId Product(int number) {
  std::array<std::uint8_t, 16> id{};
  id[0] = static_cast<std::uint8_t>(number);
  return ProductId(id);
}

std::vector<OrderLine> Order(std::vector<std::pair<int, int>> lines) {
  std::vector<OrderLine> order;
  for (auto [product, quantity] : lines) order.push_back({Product(product), "", "", quantity, 100});
  return order;
}

Allocation AllocateAll(const std::vector<std::vector<OrderLine>>& orders, std::vector<std::pair<int, int>> available) {
  std::vector<absl::Span<const OrderLine>> spans(orders.begin(), orders.end());
  std::vector<StockFigure> stock;
  for (auto [product, quantity] : available) stock.push_back({Product(product), quantity});
  return Allocate(spans, stock);
}

struct Case {
  std::string name;
  std::vector<std::pair<int, int>> stock;
  std::vector<std::vector<std::pair<int, int>>> orders;
  std::vector<bool> accepted;
  std::vector<std::pair<int, int>> taken;
};
class AllocateTest : public testing::TestWithParam<Case> {};

TEST_P(AllocateTest, DecidesOneByOne) {
  std::vector<std::vector<OrderLine>> orders;
  for (const auto& lines : GetParam().orders) orders.push_back(Order(lines));
  const Allocation result = AllocateAll(orders, GetParam().stock);
  std::vector<bool> accepted;
  for (const auto& against : result.decisions) accepted.push_back(against.empty());
  EXPECT_EQ(accepted, GetParam().accepted);
  std::vector<StockTaken> taken;
  for (auto [product, quantity] : GetParam().taken) taken.push_back({Product(product), quantity});
  EXPECT_EQ(result.taken, taken);
}

INSTANTIATE_TEST_SUITE_P(
    Batches, AllocateTest,
    testing::Values(
        Case{"Nothing", {{1, 5}}, {}, {}, {}},
        Case{"Enough", {{1, 5}, {2, 5}}, {{{1, 2}, {2, 3}}, {{1, 3}}}, {true, true}, {{1, 5}, {2, 3}}},
        Case{"TheLastOne", {{1, 1}}, {{{1, 1}}, {{1, 1}}}, {true, false}, {{1, 1}}},
        Case{"NoneLeft", {{1, 0}}, {{{1, 1}}}, {false}, {}},
        Case{"ArrivalDecides", {{1, 5}}, {{{1, 4}}, {{1, 2}}, {{1, 1}}}, {true, false, true}, {{1, 5}}},
        Case{"ARefusedOrderTakesNothing", {{1, 5}, {2, 0}}, {{{1, 5}, {2, 1}}, {{1, 5}}}, {false, true}, {{1, 5}}},
        Case{"AllLinesOrNone", {{1, 5}, {2, 1}}, {{{1, 1}, {2, 2}}}, {false}, {}},
        Case{"OneProductInTwoLines", {{1, 5}}, {{{1, 3}, {1, 3}}, {{1, 5}}}, {false, true}, {{1, 5}}},
        Case{"GoneProduct", {{1, 5}}, {{{1, 1}, {9, 1}}, {{1, 1}}}, {false, true}, {{1, 1}}},
        Case{"TakenIsSorted",
             {{3, 9}, {1, 9}, {2, 9}},
             {{{3, 1}, {2, 1}}, {{1, 1}}},
             {true, true},
             {{1, 1}, {2, 1}, {3, 1}}},
        Case{"FiguresBelowZeroGiveNothing", {{1, -3}}, {{{1, 1}}}, {false}, {}}),
    [](const auto& info) { return info.param.name; });

TEST(AllocateTest, NamesEveryLineThatStandsAgainstIt) {
  const Allocation result = AllocateAll({Order({{1, 5}, {2, 1}, {9, 1}, {3, 7}})}, {{1, 4}, {2, 1}, {3, 0}});
  EXPECT_THAT(result.decisions[0], ElementsAre(Broken(Rule::kStockShort, "lines[0].quantity", 5, 4),
                                               Broken(Rule::kProductGone, "lines[2].sku"),
                                               Broken(Rule::kStockShort, "lines[3].quantity", 7, 0)));
  EXPECT_THAT(result.taken, IsEmpty());
}

// Over random batches: nothing below zero, all or none, and whoever was refused could not have been served.
TEST(AllocateTest, HoldsItsPromisesForRandomBatches) {
  std::uint64_t seed = 20'261'121;
  auto roll = [&](int below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((seed >> 33) % below);
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::pair<int, int>> stock;
    for (int product = 1; product <= 5; ++product) stock.emplace_back(product, roll(12));
    std::vector<std::vector<OrderLine>> orders;
    for (int i = roll(10); i >= 0; --i) {
      std::vector<std::pair<int, int>> lines;
      for (int product = 1; product <= 5; ++product) {
        if (roll(2) == 0) lines.emplace_back(product, 1 + roll(5));
      }
      orders.push_back(Order(lines));
    }
    const Allocation result = AllocateAll(orders, stock);
    ASSERT_THAT(result.decisions, SizeIs(orders.size()));
    std::vector<int> left = {0};
    for (auto [product, available] : stock) left.push_back(available);
    for (std::size_t i = 0; i < orders.size(); ++i) {
      bool fits = true;
      for (const OrderLine& line : orders[i]) fits &= left[line.product_id.bytes()[0]] >= line.quantity;
      ASSERT_EQ(result.decisions[i].empty(), fits) << "round " << round << " order " << i;
      if (!fits) continue;
      for (const OrderLine& line : orders[i]) left[line.product_id.bytes()[0]] -= line.quantity;
    }
    std::vector<StockTaken> taken;
    for (auto [product, available] : stock) {
      if (available > left[product]) taken.push_back({Product(product), available - left[product]});
    }
    ASSERT_EQ(result.taken, taken) << "round " << round;
  }
}

}  // namespace
}  // namespace ordermesh::domain
