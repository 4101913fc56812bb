#include "services/catalog/app/stock_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "libs/base/uuid_time.h"
#include "libs/testing/fake_random.h"
#include "services/catalog/testing/stock.h"

namespace ordermesh::catalog {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'800'000'000'123);

Movement MovementAt(absl::Time time, std::uint32_t id) {
  return {.id = ordermesh::testing::FakeIds::Number(id), .kind = MovementKind::kRelease, .created_at = time};
}
Movement ReservationOf(const base::Uuid& order, std::int64_t line = 1) {
  // When the database stored it has nothing to do with its place.
  return {.id = order, .line = line, .kind = MovementKind::kReservation, .created_at = absl::UnixEpoch()};
}

// Newest first.
std::vector<Movement> History() {
  return {
      MovementAt(kNow + absl::Milliseconds(1), 1),
      ReservationOf(OrderMadeAt(kNow + absl::Milliseconds(1), 1)),
      MovementAt(kNow + absl::Microseconds(999), 1),
      MovementAt(kNow + absl::Microseconds(1), 1),
      MovementAt(kNow, 2),
      MovementAt(kNow, 1),
      ReservationOf(OrderMadeAt(kNow, 9), 1),
      ReservationOf(OrderMadeAt(kNow, 2), 2),
      ReservationOf(OrderMadeAt(kNow, 2), 1),
      MovementAt(kNow - absl::Microseconds(1), 7),
      ReservationOf(OrderMadeAt(kNow - absl::Milliseconds(1), 200)),
      MovementAt(absl::UnixEpoch() + absl::Microseconds(1), 1),
      MovementAt(absl::UnixEpoch() - absl::Microseconds(1), 1),
  };
}

bool ComesBehind(const Movement& movement, const HistoryBounds& bounds) {
  if (movement.kind == MovementKind::kReservation) {
    return std::pair(movement.id, movement.line) < std::pair(bounds.order, bounds.line);
  }
  return std::pair(movement.created_at, movement.id) < std::pair(bounds.time, bounds.id);
}

TEST(StockHistoryTest, IsInOneOrder) {
  const std::vector<Movement> history = History();
  for (std::size_t i = 0; i < history.size(); ++i) {
    for (std::size_t j = 0; j < history.size(); ++j) {
      EXPECT_EQ(Newer(PlaceOf(history[i]), PlaceOf(history[j])), i < j) << i << " and " << j;
    }
  }
}

TEST(StockHistoryTest, TheBoundsOfASourceFollowFromThePlaceInTheWhole) {
  const std::vector<Movement> history = History();
  for (std::size_t i = 0; i < history.size(); ++i) {
    const HistoryBounds bounds = Behind(PlaceOf(history[i]));
    for (std::size_t j = 0; j < history.size(); ++j) {
      EXPECT_EQ(ComesBehind(history[j], bounds), j > i) << i << " and " << j;
    }
  }
  const HistoryBounds all = Behind(std::nullopt);
  EXPECT_TRUE(std::all_of(history.begin(), history.end(), [&](const Movement& m) { return ComesBehind(m, all); }));
}

TEST(StockHistoryTest, APlaceComesBackFromItsKeys) {
  EXPECT_EQ(HistoryPlace::Of(std::nullopt), std::nullopt);
  for (const Movement& movement : History()) {
    const HistoryPlace place = PlaceOf(movement);
    EXPECT_EQ(HistoryPlace::Of(api::PagePosition{.keys = place.keys()}), place);
  }
}

// Such ids are not of our making; what has them is told all the same, and a token leads on from it.
TEST(StockHistoryTest, OrdersWhoseIdsHaveNoTimeHaveAPlace) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  bytes.fill(0xfe);
  const HistoryPlace place = PlaceOf(ReservationOf(base::Uuid(bytes)));
  EXPECT_EQ(HistoryPlace::Of(api::PagePosition{.keys = place.keys()}), place);
  EXPECT_LT(std::get<absl::Time>(place.keys()[0]), absl::FromUnixSeconds(253402300800));  // 10000-01-01
  EXPECT_TRUE(ComesBehind(ReservationOf(base::Uuid(bytes)), Behind(std::nullopt)));
}

}  // namespace
}  // namespace ordermesh::catalog
