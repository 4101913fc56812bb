#include "libs/domain/codec.h"

#include <limits>

#include "gtest/gtest.h"

namespace ordermesh::domain {
namespace {

TEST(CodecTest, ReadsWhatWasWritten) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  ByteWriter out;
  out.Number(0).Number(127).Number(128).Number(~std::uint64_t{0});
  out.Signed(0).Signed(-1).Signed(kLeast).Signed(kMost);
  out.Text("").Text(absl::string_view("a\0b", 3)).Text(std::string(300, 'x'));

  ByteReader in(out.bytes());
  EXPECT_EQ(in.Number(), 0u);
  EXPECT_EQ(in.Number(), 127u);
  EXPECT_EQ(in.Number(), 128u);
  EXPECT_EQ(in.Number(), ~std::uint64_t{0});
  EXPECT_EQ(in.Signed(), 0);
  EXPECT_EQ(in.Signed(), -1);
  EXPECT_EQ(in.Signed(), kLeast);
  EXPECT_EQ(in.Signed(), kMost);
  EXPECT_EQ(in.Text(), "");
  EXPECT_EQ(in.Text(), absl::string_view("a\0b", 3));
  EXPECT_EQ(in.Text(), std::string(300, 'x'));
  EXPECT_TRUE(in.done());
}

TEST(CodecTest, EveryPrefixIsRefused) {
  ByteWriter out;
  out.Number(300).Text("some text").Signed(-5);
  for (std::size_t size = 0; size < out.bytes().size(); ++size) {
    ByteReader in(absl::string_view(out.bytes()).substr(0, size));
    in.Number();
    in.Text();
    in.Signed();
    EXPECT_FALSE(in.ok()) << size;
  }
}

TEST(CodecTest, NumbersBeyond64BitsAreRefused) {
  const std::string largest = std::string(9, '\xFF') + "\x01", beyond = std::string(9, '\xFF') + "\x02";
  ByteReader good(largest), bad(beyond);
  EXPECT_EQ(good.Number(), ~std::uint64_t{0});
  EXPECT_TRUE(good.done());
  EXPECT_EQ(bad.Number(), 0u);
  EXPECT_FALSE(bad.ok());
}

TEST(CodecTest, ALengthBeyondTheEndIsRefused) {
  const std::string bytes =
      "\x05"
      "abcd";
  ByteReader in(bytes);
  EXPECT_EQ(in.Text(), "");
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace ordermesh::domain
