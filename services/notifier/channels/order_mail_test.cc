#include "services/notifier/channels/order_mail.h"

#include <gtest/gtest.h>

#include <limits>

#include "libs/testing/fake_random.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::StatusIs;

wire::OrderEventData AnOrder() {
  wire::OrderEventData order;
  order.order_id = testing::FakeIds::Number(7);
  order.order_version = 1;
  order.customer_id = "CUST-0001";
  order.accept_time = absl::FromCivil(absl::CivilSecond(2026, 1, 2, 3, 4, 5), absl::UTCTimeZone());
  order.lines = {{testing::FakeIds::Number(1), "SKU-0001", "Tea, green", 2, 350},
                 {testing::FakeIds::Number(2), "SKU-0002", "Café {{total}}\r\nBcc: eve@example.com", 1, 1205}};
  order.total = {1905, "EUR"};
  return order;
}

TEST(ComposeMailTest, AcceptedGolden) {
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.accepted.v1", AnOrder()));
  EXPECT_EQ(mail.subject, "Your order 00000000-0000-7000-8000-000000000007");
  EXPECT_EQ(mail.body,
            "Thank you for your order.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "Questions? Answer this mail and name the order.\n");
}

TEST(ComposeMailTest, PaidGolden) {
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.paid.v1", AnOrder()));
  EXPECT_EQ(mail.subject, "We have your payment for order 00000000-0000-7000-8000-000000000007");
  EXPECT_EQ(mail.body,
            "Thank you, your payment has arrived. We will write again when your order ships.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "Questions? Answer this mail and name the order.\n"
            "No more mail about payment, shipping and delivery? Answer this mail and tell us.\n");
}

TEST(ComposeMailTest, ShippedGolden) {
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.shipped.v1", AnOrder()));
  EXPECT_EQ(mail.subject, "Your order 00000000-0000-7000-8000-000000000007 is on its way");
  EXPECT_EQ(mail.body,
            "Your order has been shipped and is on its way to you.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "Questions? Answer this mail and name the order.\n"
            "No more mail about payment, shipping and delivery? Answer this mail and tell us.\n");
}

TEST(ComposeMailTest, DeliveredGolden) {
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.delivered.v1", AnOrder()));
  EXPECT_EQ(mail.subject, "Your order 00000000-0000-7000-8000-000000000007 has been delivered");
  EXPECT_EQ(mail.body,
            "Your order has been delivered. We hope you enjoy it.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "It is not there, or something is missing? Answer this mail and name the order.\n"
            "No more mail about payment, shipping and delivery? Answer this mail and tell us.\n");
}

TEST(ComposeMailTest, CancelledGolden) {
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.cancelled.v1", AnOrder()));
  EXPECT_EQ(mail.subject, "Your order 00000000-0000-7000-8000-000000000007 is cancelled");
  EXPECT_EQ(mail.body,
            "Your order was cancelled. Nothing will be delivered.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "You did not ask for this? Answer this mail and name the order.\n");
}

TEST(ComposeMailTest, PaymentExpiredGolden) {
  wire::OrderEventData order = AnOrder();
  order.cancel_reason = domain::CancelReason::kPaymentExpired;
  ASSERT_OK_AND_ASSIGN(const MailText mail, ComposeMail("ordermesh.order.cancelled.v1", order));
  EXPECT_EQ(mail.subject, "Your order 00000000-0000-7000-8000-000000000007 is cancelled: it was not paid");
  EXPECT_EQ(mail.body,
            "Your order was cancelled because no payment arrived in time. Nothing will be delivered.\n"
            "\n"
            "Order: 00000000-0000-7000-8000-000000000007\n"
            "Placed: 2026-01-02 03:04 UTC\n"
            "\n"
            "2 x Tea, green (SKU-0001): 7.00 EUR\n"
            "1 x Café {{total}}  Bcc: eve@example.com (SKU-0002): 12.05 EUR\n"
            "\n"
            "Total: 19.05 EUR\n"
            "\n"
            "You still want it? Please order again. You have paid? Answer this mail and name the order.\n");

  order.cancel_reason = domain::CancelReason::kRequested;
  ASSERT_OK_AND_ASSIGN(const MailText requested, ComposeMail("ordermesh.order.cancelled.v1", order));
  ASSERT_OK_AND_ASSIGN(const MailText unknown, ComposeMail("ordermesh.order.cancelled.v1", AnOrder()));
  EXPECT_EQ(requested.subject, unknown.subject) << "an event of a release that told no reasons";
}

TEST(ComposeMailTest, KnowsWhichEventsHaveAMail) {
  const struct {
    const char* type;
    bool has_mail, is_update;
  } cases[] = {{"ordermesh.order.accepted.v1", true, false},  {"ordermesh.order.paid.v1", true, true},
               {"ordermesh.order.shipped.v1", true, true},    {"ordermesh.order.delivered.v1", true, true},
               {"ordermesh.order.cancelled.v1", true, false}, {"ordermesh.order.accepted.v2", false, false},
               {"ordermesh.order.paid.v2", false, false},     {"ordermesh.order.returned.v1", false, false}};
  for (const auto& c : cases) {
    EXPECT_EQ(HasMail(c.type), c.has_mail) << c.type;
    EXPECT_EQ(IsUpdate(c.type), c.is_update) << c.type;
  }
  EXPECT_THAT(ComposeMail("ordermesh.order.accepted.v2", AnOrder()), StatusIs(absl::StatusCode::kNotFound));
}

TEST(FormatMoneyTest, WritesAsManyDecimalsAsTheCurrencyHas) {
  const struct {
    domain::Money money;
    const char* text;
  } cases[] = {{{0, "EUR"}, "0.00 EUR"},
               {{5, "EUR"}, "0.05 EUR"},
               {{1234567, "EUR"}, "12345.67 EUR"},
               {{-5, "EUR"}, "-0.05 EUR"},
               {{500, "JPY"}, "500 JPY"},
               {{1234, "KWD"}, "1.234 KWD"},
               {{std::numeric_limits<std::int64_t>::min(), "EUR"}, "-92233720368547758.08 EUR"}};
  for (const auto& c : cases) EXPECT_EQ(FormatMoney(c.money), c.text);
}

}  // namespace
}  // namespace ordermesh::notifier
