#include "services/notifier/channels/mail_message.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

const MailHeaders kHeaders = {
    .from = {"Ordermesh", "orders@example.com"},
    .to = "ada@example.com",
    .message_id = "00000000-0000-7000-8000-000000000001@example.com",
    .date = absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone()),
    .order_id = "00000000-0000-7000-8000-000000000007",
    .event_id = "00000000-0000-7000-8000-000000000001",
};

TEST(FormatMailTest, Golden) {
  EXPECT_EQ(FormatMail(kHeaders, {.subject = "Your order", .body = "1 x Café\n.\nFrom us\n"}),
            "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"
            "From: \"Ordermesh\" <orders@example.com>\r\n"
            "To: ada@example.com\r\n"
            "Subject: Your order\r\n"
            "Message-ID: <00000000-0000-7000-8000-000000000001@example.com>\r\n"
            "X-Ordermesh-Order-Id: 00000000-0000-7000-8000-000000000007\r\n"
            "X-Ordermesh-Event-Id: 00000000-0000-7000-8000-000000000001\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=UTF-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "1 x Caf=C3=A9\r\n"
            "=2E\r\n"
            "=46rom us\r\n");
}

TEST(FormatMailTest, NothingInTheTextBecomesAHeader) {
  const std::string mail = FormatMail(kHeaders, {.subject = "Hi\r\nBcc: eve@example.com", .body = "x"});
  EXPECT_THAT(mail, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(mail, HasSubstr("Subject: =?UTF-8?B?SGkNCkJjYzogZXZlQGV4YW1wbGUuY29t?=\r\n"));
}

TEST(EncodeHeaderTextTest, LeavesPlainTextAlone) {
  EXPECT_EQ(EncodeHeaderText("Your order 7"), "Your order 7");
  EXPECT_EQ(EncodeHeaderText(""), "");
}

TEST(EncodeHeaderTextTest, EncodesTheRestInWordsThatCutNoCharacter) {
  EXPECT_EQ(EncodeHeaderText("Café"), "=?UTF-8?B?Q2Fmw6k=?=");
  EXPECT_EQ(EncodeHeaderText("looks =?like?= one"), "=?UTF-8?B?bG9va3MgPT9saWtlPz0gb25l?=");
  std::string euros;
  for (int i = 0; i < 40; ++i) euros += "€";  // 3 bytes each: 15 in a word
  const std::string encoded = EncodeHeaderText(euros);
  const std::vector<std::string> words = absl::StrSplit(encoded, "\r\n ");
  EXPECT_EQ(words.size(), 3u);
  for (const std::string& word : words) EXPECT_LE(word.size(), 75u);
}

TEST(QuotedPrintableTest, EscapesWhatMailMayNotCarry) {
  const struct {
    std::string text, encoded;
  } cases[] = {{"plain", "plain"}, {"a=b", "a=3Db"},      {"trailing \nx", "trailing=20\r\nx"}, {"end\t", "end=09"},
               {"a b", "a b"},     {"\r\nx", "=0D\r\nx"}, {std::string("\0", 1), "=00"},        {"\x7f", "=7F"},
               {"x.y", "x.y"}};
  for (const auto& c : cases) EXPECT_EQ(QuotedPrintable(c.text), c.encoded);
}

TEST(QuotedPrintableTest, NoLineIsLongerThan76) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 7 == 0 ? "é" : "abcdefg";
  const std::string encoded = QuotedPrintable(text);
  for (absl::string_view line : absl::StrSplit(encoded, "\r\n")) EXPECT_LE(line.size(), 76u) << line;
}

TEST(ParseMailboxTest, TakesNameAndAddressApart) {
  ASSERT_OK_AND_ASSIGN(const Mailbox named, ParseMailbox("Ordermesh Shop <orders@example.com>"));
  EXPECT_EQ(named.name, "Ordermesh Shop");
  EXPECT_EQ(named.address, "orders@example.com");
  ASSERT_OK_AND_ASSIGN(const Mailbox bare, ParseMailbox("orders@example.com"));
  EXPECT_EQ(bare.name, "");
}

TEST(ParseMailboxTest, RefusesWhatIsNoMailbox) {
  for (const char* text :
       {"", "orders", "Shop <orders>", "a\r\nBcc: x <orders@example.com>", "<>", "Shop <a@example.com"}) {
    EXPECT_THAT(ParseMailbox(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace ordermesh::notifier
