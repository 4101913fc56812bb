#include "services/catalog/app/customers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/etag.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/testing/customers.h"
#include "services/catalog/testing/fake_customer_store.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::FakeCall;
using ordermesh::testing::FakeClock;
using ordermesh::testing::FakeIds;
using ordermesh::testing::IsOk;
using ordermesh::testing::ManualLane;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return domain::RefusalOf(result.status()).reason;
}

template <class T>
std::vector<std::string> FieldsRefused(const absl::StatusOr<T>& result) {
  std::vector<std::string> fields;
  for (const domain::Violation& violation : domain::RefusalOf(result.status()).violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

NewCustomer ANewCustomer(std::string id, std::string request_id = "") {
  return {.id = std::move(id), .content = AContent(1), .request_id = std::move(request_id), .fingerprint = "one"};
}

class CustomersTest : public ::testing::Test {
 protected:
  // Runs the task to its end, which it must reach without time passing.
  template <class Task>
  auto Run(Task task) {
    std::optional<decltype(task.await_resume())> result;
    aio::Spawn([](Task task, auto& result) -> aio::Task<void> { result = co_await task; }(std::move(task), result));
    lane_.RunUntilIdle();
    return *std::move(result);
  }
  absl::StatusOr<Customer> Create(NewCustomer customer) { return Run(customers_.Create(call_, std::move(customer))); }
  Customer Store(const std::string& id, const std::string& name = "Ada") {
    clock_.Advance(absl::Seconds(1));
    NewCustomer customer = ANewCustomer(id, absl::StrCat("request of ", id));
    customer.content.name = name;
    absl::StatusOr<Customer> stored = Create(std::move(customer));
    EXPECT_THAT(stored, IsOk());
    return stored.value_or(Customer());
  }
  absl::StatusOr<Customer> Update(CustomerChange change) { return Run(customers_.Update(call_, std::move(change))); }
  absl::StatusOr<CustomerPage> List(CustomerListRequest request) {
    return Run(customers_.List(call_, std::move(request)));
  }
  static std::vector<std::string> Ids(const absl::StatusOr<CustomerPage>& page) {
    std::vector<std::string> ids;
    if (!page.ok()) return ids;
    for (const Customer& customer : page->page.rows) ids.push_back(customer.id);
    return ids;
  }

  FakeClock clock_;
  ManualLane lane_{clock_};
  FakeCustomerStore store_{clock_};
  FakeIds ids_;
  FakeCall call_{lane_, absl::Hours(1)};
  Customers customers_{store_, ids_};
};

TEST_F(CustomersTest, ACustomerHasTheIdThatWasGivenOrOneOfTheServers) {
  EXPECT_EQ(Create(ANewCustomer("CUST-1"))->id, "CUST-1");
  const std::string made = Create(ANewCustomer(""))->id;
  EXPECT_THAT(base::Uuid::Parse(made), IsOk());
  EXPECT_NE(Create(ANewCustomer(""))->id, made);
  EXPECT_EQ(Run(customers_.Get(call_, made))->content, AContent(1));
  ASSERT_THAT(store_.Events(), SizeIs(3));
  EXPECT_EQ(store_.Events()[0].traceparent, call_.trace().traceparent());
}

TEST_F(CustomersTest, ARequestIdMakesOneCustomerWithOrWithoutAnId) {
  for (const char* id : {"CUST-1", ""}) {
    const std::string request_id = absl::StrCat("request ", id);
    const auto first = Create(ANewCustomer(id, request_id));
    const auto again = Create(ANewCustomer(id, request_id));
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again, *first);
    NewCustomer other = ANewCustomer(id, request_id);
    other.fingerprint = "two";
    EXPECT_EQ(ReasonOf(Create(other)), reasons::kIdempotencyKeyReused);
  }
  EXPECT_THAT(store_.Events(), SizeIs(2));
  EXPECT_EQ(ReasonOf(Create(ANewCustomer("CUST-1"))), reasons::kCustomerIdTaken) << "without a request id";
}

TEST_F(CustomersTest, AWrongCustomerIsRefusedWithEveryViolation) {
  NewCustomer wrong = ANewCustomer("a b");
  wrong.content.name.clear();
  wrong.content.email = "nobody";
  EXPECT_EQ(ReasonOf(Create(wrong)), reasons::kCustomerInvalid);
  EXPECT_THAT(FieldsRefused(Create(wrong)), ElementsAre("id", "name", "email"));
  EXPECT_THAT(store_.Events(), IsEmpty());
  Store("CUST-1");
  const auto update = Update({.id = "CUST-1", .fields = {.name = "", .email = "@"}});
  EXPECT_EQ(ReasonOf(update), reasons::kCustomerInvalid);
  EXPECT_THAT(FieldsRefused(update), ElementsAre("name", "email"));
}

TEST_F(CustomersTest, AnIdThatNoCustomerHasIsRefusedOrNotFound) {
  for (const std::string& id : {std::string(), std::string(65, 'x'), std::string("a\0b", 3)}) {
    EXPECT_EQ(ReasonOf(Run(customers_.Get(call_, id))), reasons::kIdMalformed);
    EXPECT_THAT(FieldsRefused(Run(customers_.Get(call_, id))), ElementsAre("id"));
    EXPECT_EQ(ReasonOf(Update({.id = id})), reasons::kIdMalformed);
    EXPECT_EQ(ReasonOf(Run(customers_.Delete(call_, id, ""))), reasons::kIdMalformed);
  }
  const auto got = Run(customers_.Get(call_, "an older one's"));
  EXPECT_EQ(ReasonOf(got), reasons::kCustomerNotFound);
  EXPECT_EQ(domain::RefusalOf(got.status()).resource_type, "Customer");
  EXPECT_EQ(domain::RefusalOf(got.status()).resource_name, "an older one's");
}

TEST_F(CustomersTest, ChangesWithTheCurrentEtagOnly) {
  Store("CUST-1");
  const std::string first = domain::MakeEtag("CUST-1", 1);
  EXPECT_EQ(ReasonOf(Update({.id = "CUST-1", .etag = "rubbish"})), reasons::kEtagMalformed);
  const auto changed = Update({.id = "CUST-1", .fields = {.name = "Bob"}, .etag = first});
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->content.name, "Bob");
  EXPECT_EQ(ReasonOf(Update({.id = "CUST-1", .fields = {.name = "Eve"}, .etag = first})), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(Update({.id = "CUST-1", .fields = {.name = "Eve"}, .etag = domain::MakeEtag("CUST-2", 2)})),
            reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(Run(customers_.Delete(call_, "CUST-1", first))), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(Run(customers_.Delete(call_, "CUST-1", "rubbish"))), reasons::kEtagMalformed);
  EXPECT_THAT(Update({.id = "CUST-1", .fields = {.active = false}}), IsOk()) << "whatever the version";
  const auto deleted = Run(customers_.Delete(call_, "CUST-1", domain::MakeEtag("CUST-1", 3)));
  ASSERT_THAT(deleted, IsOk());
  EXPECT_EQ(deleted->content, ErasedContent());
  EXPECT_THAT(Run(customers_.Delete(call_, "CUST-1", first)), IsOk()) << "deleted already";
  EXPECT_EQ(ReasonOf(Update({.id = "CUST-1", .fields = {.name = "Eve"}})), reasons::kCustomerDeleted);
  EXPECT_THAT(store_.Events(), SizeIs(4));
}

TEST_F(CustomersTest, PagesOfEachOrderFollowEachOtherToTheEnd) {
  Store("C", "bea");
  Store("B", "Bert");
  Store("A", "BEA");
  Store("D", "Chris");
  struct Case {
    CustomerFilter filter;
    std::vector<std::string> ids;
  };
  const absl::Time long_ago = absl::UnixEpoch();
  for (const Case& test : {Case{{}, {"A", "B", "C", "D"}}, Case{{.name_prefix = "be"}, {"A", "C", "B"}},
                           Case{{.updated_from = long_ago}, {"C", "B", "A", "D"}}}) {
    std::vector<std::string> seen;
    std::string token;
    do {
      const auto page = List({.filter = test.filter, .page_size = 1, .page_token = token, .show_total_size = true});
      ASSERT_THAT(page, IsOk());
      ASSERT_THAT(Ids(page), SizeIs(1));
      seen.push_back(Ids(page)[0]);
      EXPECT_EQ(page->total_size, static_cast<std::int64_t>(test.ids.size()));
      token = page->page.next_page_token;
      ASSERT_LE(seen.size(), test.ids.size());
    } while (!token.empty());
    EXPECT_EQ(seen, test.ids);
  }
  const auto skipped = List({.page_size = 2, .skip = 2});
  EXPECT_THAT(Ids(skipped), ElementsAre("C", "D"));
  EXPECT_THAT(skipped->page.next_page_token, IsEmpty());
  EXPECT_FALSE(skipped->total_size.has_value());
}

TEST_F(CustomersTest, APageTokenServesOnlyItsQuery) {
  Store("A");
  Store("B");
  const std::string token = List({.page_size = 1})->page.next_page_token;
  ASSERT_FALSE(token.empty());
  const CustomerFilter others[] = {
      {.active = true}, {.active = false}, {.email = "a@b.de"}, {.name_prefix = "a"}, {.updated_from = clock_.Now()},
      {.deleted = true}};
  for (const CustomerFilter& filter : others) {
    EXPECT_EQ(ReasonOf(List({.filter = filter, .page_token = token})), reasons::kPageTokenInvalid);
  }
  EXPECT_EQ(ReasonOf(List({.page_token = token + "x"})), reasons::kPageTokenInvalid);
  EXPECT_THAT(Ids(List({.page_size = 2, .page_token = token})), ElementsAre("B"));  // the size may change
}

TEST_F(CustomersTest, TheSizeOfAPageIsBounded) {
  for (int n = 0; n < 110; ++n) Store(absl::StrCat("C", 100 + n));
  EXPECT_THAT(Ids(List({})), SizeIs(20));
  EXPECT_THAT(Ids(List({.page_size = 1000})), SizeIs(100));
  EXPECT_EQ(ReasonOf(List({.page_size = -1})), reasons::kPageSizeNegative);
  EXPECT_EQ(ReasonOf(List({.skip = -1})), reasons::kSkipOutOfRange);
  EXPECT_EQ(ReasonOf(List({.skip = 10'001})), reasons::kSkipOutOfRange);
}

TEST_F(CustomersTest, WhatTheStoreFailsWithIsPassedOn) {
  const absl::Status down = absl::UnavailableError("down");
  for (int n = 0; n < 5; ++n) store_.FailNext(down);
  EXPECT_EQ(Create(ANewCustomer("A")).status(), down);
  EXPECT_EQ(Run(customers_.Get(call_, "A")).status(), down);
  EXPECT_EQ(List({}).status(), down);
  EXPECT_EQ(Update({.id = "A"}).status(), down);
  EXPECT_EQ(Run(customers_.Delete(call_, "A", "")).status(), down);
}

}  // namespace
}  // namespace ordermesh::catalog
