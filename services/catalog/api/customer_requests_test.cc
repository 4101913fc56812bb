#include "services/catalog/api/customer_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/api/customer_proto.h"
#include "services/catalog/app/customer_store.h"
#include "services/catalog/testing/customers.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::FakeCall;
using ordermesh::testing::IsOk;

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return domain::RefusalOf(result.status()).reason;
}

v1::UpdateCustomerRequest AnUpdate(std::initializer_list<const char*> paths) {
  v1::UpdateCustomerRequest request;
  request.mutable_customer()->set_id("CUST-1");
  request.mutable_customer()->set_etag("the-etag");
  for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
  return request;
}

class CustomerRequestsTest : public ::testing::Test {
 protected:
  ordermesh::testing::FakeClock clock_;
  ordermesh::testing::ManualLane lane_{clock_};
  FakeCall call_{lane_};
};

TEST_F(CustomerRequestsTest, ANewCustomerIsActiveAndWantsMailsUnlessItSaysOtherwise) {
  v1::CreateCustomerRequest request;
  request.mutable_customer()->set_name("Ada");
  auto customer = NewCustomerFromProto(call_, request);
  ASSERT_THAT(customer, IsOk());
  EXPECT_EQ(customer->id, "");
  EXPECT_EQ(customer->request_id, "");
  EXPECT_EQ(customer->content, (CustomerContent{.name = "Ada", .active = true, .order_updates = true}));

  request.mutable_customer()->set_id("CUST-1");
  request.mutable_customer()->set_email("ada@example.com");
  request.mutable_customer()->set_active(false);
  request.mutable_customer()->set_order_updates(false);
  call_.SetMetadata("idempotency-key", "k-1");
  customer = NewCustomerFromProto(call_, request);
  ASSERT_THAT(customer, IsOk());
  EXPECT_EQ(customer->id, "CUST-1");
  EXPECT_EQ(customer->request_id, "k-1");
  EXPECT_EQ(customer->content,
            (CustomerContent{.name = "Ada", .email = "ada@example.com", .active = false, .order_updates = false}));
  request.set_request_id("k-2");
  EXPECT_EQ(ReasonOf(NewCustomerFromProto(call_, request)), reasons::kRequestIdsDiffer);
}

TEST_F(CustomerRequestsTest, TheFingerprintIsOfWhatAClientAsksFor) {
  v1::CreateCustomerRequest request;
  request.mutable_customer()->set_name("Ada");
  const auto print = [&] { return NewCustomerFromProto(call_, request)->fingerprint; };
  const std::string first = print();
  request.set_request_id("r");
  request.mutable_customer()->set_etag("e");
  request.mutable_customer()->mutable_create_time()->set_seconds(5);
  EXPECT_EQ(print(), first);
  const std::function<void(v1::Customer&)> changes[] = {
      [](v1::Customer& customer) { customer.set_id("CUST-1"); },
      [](v1::Customer& customer) { customer.set_name("Bob"); },
      [](v1::Customer& customer) { customer.set_email("ada@example.com"); },
      [](v1::Customer& customer) { customer.set_active(false); },
      [](v1::Customer& customer) { customer.set_order_updates(false); }};
  for (const auto& change : changes) {
    const v1::Customer before = request.customer();
    change(*request.mutable_customer());
    EXPECT_NE(print(), first);
    *request.mutable_customer() = before;
  }
}

TEST_F(CustomerRequestsTest, WithoutAMaskWhatIsSetIsChanged) {
  v1::UpdateCustomerRequest request = AnUpdate({});
  request.mutable_customer()->set_email("ada@example.com");
  request.mutable_customer()->set_active(false);
  const auto change = CustomerChangeFromProto(request);
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->id, "CUST-1");
  EXPECT_EQ(change->etag, "the-etag");
  EXPECT_EQ(change->fields.name, std::nullopt);
  EXPECT_EQ(change->fields.email, "ada@example.com");
  EXPECT_EQ(change->fields.active, false);
  EXPECT_EQ(change->fields.order_updates, std::nullopt);
}

TEST_F(CustomerRequestsTest, AMaskChangesWhatItNamesAndWhatIsNotSetBecomesAsNew) {
  v1::UpdateCustomerRequest request = AnUpdate({"email", "active"});
  request.mutable_customer()->set_name("Not named");
  auto change = CustomerChangeFromProto(request);
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->fields.name, std::nullopt);
  EXPECT_EQ(change->fields.email, "");
  EXPECT_EQ(change->fields.active, true);
  EXPECT_EQ(change->fields.order_updates, std::nullopt);

  request = AnUpdate({"*"});
  request.mutable_customer()->set_name("Ada");
  request.mutable_customer()->set_order_updates(false);
  change = CustomerChangeFromProto(request);
  ASSERT_THAT(change, IsOk());
  EXPECT_EQ(change->fields.name, "Ada");
  EXPECT_EQ(change->fields.email, "");
  EXPECT_EQ(change->fields.active, true);
  EXPECT_EQ(change->fields.order_updates, false);
}

TEST_F(CustomerRequestsTest, AMaskNamesOnlyWhatCanBeChanged) {
  for (const char* path : {"id", "etag", "create_time", "delete_time", "nothing", "name.first"}) {
    EXPECT_EQ(ReasonOf(CustomerChangeFromProto(AnUpdate({path}))), reasons::kUpdateMaskInvalid) << path;
  }
}

TEST_F(CustomerRequestsTest, AListHasItsFilters) {
  v1::ListCustomersRequest request;
  auto list = CustomerListFromProto(request);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->filter.active, std::nullopt);
  EXPECT_EQ(list->filter.updated_from, std::nullopt);
  EXPECT_FALSE(list->filter.deleted);

  request.set_active(false);
  request.set_email("ada@example.com");
  request.set_name_prefix("ad");
  request.mutable_update_time_from()->set_seconds(1'800'000'000);
  request.set_show_deleted(true);
  request.set_page_size(7);
  request.set_page_token("token");
  request.set_skip(3);
  request.set_show_total_size(true);
  list = CustomerListFromProto(request);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->filter.active, false);
  EXPECT_EQ(list->filter.email, "ada@example.com");
  EXPECT_EQ(list->filter.name_prefix, "ad");
  EXPECT_EQ(list->filter.updated_from, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_TRUE(list->filter.deleted);
  EXPECT_EQ(list->page_size, 7);
  EXPECT_EQ(list->page_token, "token");
  EXPECT_EQ(list->skip, 3);
  EXPECT_TRUE(list->show_total_size);
}

TEST_F(CustomerRequestsTest, AFilterThatCannotBeLookedUpByIsRefused) {
  const std::function<void(v1::ListCustomersRequest&)> mistakes[] = {
      [](v1::ListCustomersRequest& request) { request.set_email(std::string(255, 'a')); },
      [](v1::ListCustomersRequest& request) { request.set_email(std::string("a\0", 2)); },
      [](v1::ListCustomersRequest& request) { request.set_name_prefix(std::string(101, 'a')); },
      [](v1::ListCustomersRequest& request) { request.set_name_prefix(std::string("\0", 1)); },
      [](v1::ListCustomersRequest& request) { request.mutable_update_time_from()->set_nanos(-1); }};
  for (const auto& mistake : mistakes) {
    v1::ListCustomersRequest request;
    mistake(request);
    EXPECT_EQ(ReasonOf(CustomerListFromProto(request)), reasons::kFilterMalformed) << request.ShortDebugString();
  }
}

TEST(CustomerProtoTest, ACustomerIsWholeAndHasItsEtag) {
  Customer customer{.id = "CUST-1", .content = AContent(1), .version = 3};
  customer.created_at = absl::FromUnixSeconds(100);
  customer.updated_at = absl::FromUnixSeconds(200);
  v1::Customer proto;
  CustomerToProto(customer, proto);
  EXPECT_EQ(proto.id(), "CUST-1");
  EXPECT_EQ(proto.name(), "Customer 1");
  EXPECT_EQ(proto.email(), "customer1@example.com");
  EXPECT_TRUE(proto.active() && proto.order_updates());
  EXPECT_EQ(proto.create_time().seconds(), 100);
  EXPECT_EQ(proto.update_time().seconds(), 200);
  EXPECT_FALSE(proto.has_delete_time());
  EXPECT_FALSE(proto.etag().empty());

  const std::string etag = proto.etag();
  customer.version = 4;
  customer.content = ErasedContent();
  customer.deleted_at = absl::FromUnixSeconds(300);
  proto.Clear();
  CustomerToProto(customer, proto);
  EXPECT_EQ(proto.name() + proto.email(), "");
  EXPECT_TRUE(proto.has_active() && proto.has_order_updates());
  EXPECT_FALSE(proto.active() || proto.order_updates());
  EXPECT_EQ(proto.delete_time().seconds(), 300);
  EXPECT_NE(proto.etag(), etag);
}

TEST(CustomerProtoTest, TheLargestCustomerHasTheSizeThatPagesCountWith) {
  const absl::Time last = absl::FromUnixSeconds(253'402'300'799) + absl::Nanoseconds(999'999'999);
  Customer customer{.id = std::string(64, 'x'), .version = std::numeric_limits<std::int64_t>::max()};
  for (int n = 0; n < 200; ++n) customer.content.name += "\U0001F9E6";
  customer.content.email = std::string(254, 'e');
  customer.created_at = customer.updated_at = last;
  customer.deleted_at = last;
  v1::ListCustomersResponse list;
  CustomerToProto(customer, *list.add_customers());
  EXPECT_LE(list.ByteSizeLong(), kLargestCustomerBytes);
  EXPECT_GE(list.ByteSizeLong(), kLargestCustomerBytes - 50);
}

}  // namespace
}  // namespace ordermesh::catalog
