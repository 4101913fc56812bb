// What we write and read of an OrderEvent, against Protobuf's own writer and reader: they say what is right.
#include "libs/wire/order_event_json.h"

#include <cstdint>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "libs/wire/order_event.h"
#include "libs/wire/test_orders.h"

namespace ordermesh::wire {
namespace {

absl::Status Read(absl::string_view text, events::v1::OrderEvent& out) {
  return json::Read(text, [&](const json::Value& root) { ReadJson(root, out); });
}

google::protobuf::util::Status ReadByProtobuf(const std::string& text, events::v1::OrderEvent& out) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return google::protobuf::util::JsonStringToMessage(text, &out, options);
}

TEST(OrderEventJsonTest, IsProtobufsOwnForAnyEvent) {
  std::uint64_t seed = 11;
  auto roll = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  const std::string texts[] = {
      "", "a", "quote\"back\\slash/", "\n\r\t\b\f", "\x01\x1F\x7F", "\u00fc\u20ac\U0001F600", "<&>'"};
  auto text = [&] { return texts[roll(std::size(texts))]; };
  auto money = [&](google::type::Money& out) {
    out.set_currency_code(text());
    if (roll(2)) out.set_units(static_cast<std::int64_t>(roll(1u << 31)) * 4'000'000'000 - (std::int64_t{1} << 61));
    if (roll(2)) out.set_nanos(static_cast<std::int32_t>(roll(2'000'000'000)) - 1'000'000'000);
  };
  for (int round = 0; round < 1000; ++round) {
    events::v1::OrderEvent event;
    event.set_order_id(text());
    if (roll(2)) event.set_order_version(static_cast<std::int64_t>(roll(1000)) - 10);
    event.set_customer_id(text());
    event.set_state(static_cast<orders::v1::OrderState>(roll(8)));
    for (int line = static_cast<int>(roll(4)); line > 0; --line) {
      events::v1::OrderEventLine& added = *event.add_lines();
      added.set_product_id(text());
      added.set_sku(text());
      added.set_name(text());
      if (roll(2)) added.set_quantity(static_cast<std::int32_t>(roll(3)) - 1);
      if (roll(2)) money(*added.mutable_unit_price());
    }
    if (roll(2)) money(*event.mutable_total());
    if (roll(2)) {
      event.mutable_accept_time()->set_seconds(static_cast<std::int64_t>(roll(1u << 31)) * 140 - 62'000'000'000);
      const std::int32_t nanos[] = {0, 5'000'000, 123'456'000, 123'456'789, 1};
      event.mutable_accept_time()->set_nanos(nanos[roll(5)]);
    }

    event.set_caller(text());
    if (roll(2)) event.mutable_update_time()->set_seconds(static_cast<std::int64_t>(roll(1u << 31)));
    if (roll(2)) event.set_previous_order_version(static_cast<std::int64_t>(roll(1000)) - 10);
    event.set_cancel_reason(static_cast<orders::v1::CancelReason>(roll(4)));

    std::string ours, theirs;
    AppendJson(event, ours);
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(event, &theirs).ok());
    events::v1::OrderEvent read_by_us, read_by_them;
    ASSERT_TRUE(ReadByProtobuf(ours, read_by_them).ok()) << ours;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(event, read_by_them)) << ours;
    const absl::Status read = Read(theirs, read_by_us);
    ASSERT_TRUE(read.ok()) << read << theirs;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(event, read_by_us)) << theirs;
  }
}

// Whatever is done to an event: it never crashes, what we take Protobuf takes, and reads the same. (Not the other way
// round: Protobuf also takes single quotes, names without any, commas at the end, and 1e2 for an integer.)
TEST(OrderEventJsonTest, AgreesWithProtobufOnMutations) {
  events::v1::OrderEvent event;
  ASSERT_TRUE(event.ParseFromString(EncodeOrderEvent(AnOrder())));
  std::string good;
  AppendJson(event, good);
  std::uint64_t seed = 7;
  auto roll = [&](std::uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  constexpr absl::string_view kWith = "{}[]\",:\\u0123eE+-.tfn x\xC3\xBC";
  int taken = 0, changed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (std::uint64_t change = roll(3); change < 3; ++change) {
      const std::size_t at = roll(text.size());
      const char with = kWith[roll(kWith.size())];
      switch (roll(4)) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, with);
          break;
        case 2:
          text[at] = with;
          break;
        default:
          text.insert(roll(text.size()), text.substr(at, roll(40)));
      }
    }
    events::v1::OrderEvent ours, theirs;
    // Protobuf takes the fields of an object without a name for those of the object around it.
    if (text.find("\"\"") != std::string::npos || !Read(text, ours).ok()) continue;
    ++taken;
    const auto read = ReadByProtobuf(text, theirs);
    // Abseil takes more for a time than RFC 3339 does.
    if (std::string(read.message()).find("Invalid time format") != std::string::npos) continue;
    ASSERT_TRUE(read.ok()) << read.ToString() << ": " << text;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(ours, theirs)) << text;
    changed += google::protobuf::util::MessageDifferencer::Equals(ours, event) ? 0 : 1;
  }
  EXPECT_GT(taken, 1000);
  EXPECT_LT(taken, 19'000);
  EXPECT_GT(changed, 500);
}

}  // namespace
}  // namespace ordermesh::wire
