#include "services/catalog/testing/customer_store_conformance.h"

#include <gmock/gmock.h>

#include <utility>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CustomerStoreConformance);

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTraceOfChange[] = "00-11111111111111111111111111111111-2222222222222222-01";

Customer CustomerStoreConformance::Store(std::uint32_t n, CustomerContent content) {
  CustomerCreation creation = ACreation(n);
  creation.content = std::move(content);
  absl::StatusOr<Customer> stored = Create(creation);
  EXPECT_THAT(stored, IsOk());
  return stored.value_or(Customer());
}

absl::StatusOr<Customer> CustomerStoreConformance::Update(std::uint32_t n, const CustomerFields& fields,
                                                          std::optional<std::int64_t> version) {
  const CustomerUpdate update{CustomerNumber(n), fields, version, {CustomerEventNumber(1000 + n), kTraceOfChange}};
  return aio::RunSync(lane_, [&] { return world_->store().Update({lane_}, update); });
}

absl::StatusOr<Customer> CustomerStoreConformance::Delete(std::uint32_t n, std::optional<std::int64_t> version) {
  const CustomerDeletion deletion{CustomerNumber(n), version, {CustomerEventNumber(2000 + n), kTraceOfChange}};
  return aio::RunSync(lane_, [&] { return world_->store().Delete({lane_}, deletion); });
}

std::vector<std::string> CustomerStoreConformance::List(const CustomerQuery& query) {
  const auto page = aio::RunSync(lane_, [&] { return world_->store().List({lane_}, query); });
  EXPECT_THAT(page, IsOk());
  std::vector<std::string> ids;
  if (page.ok()) {
    for (const Customer& customer : *page) ids.push_back(customer.id);
  }
  return ids;
}

std::vector<std::string> CustomerStoreConformance::ListByPages(const CustomerFilter& filter) {
  std::vector<std::string> ids;
  CustomerQuery query{.filter = filter, .limit = 2};
  for (;;) {
    const auto page = aio::RunSync(lane_, [&] { return world_->store().List({lane_}, query); });
    EXPECT_THAT(page, IsOk());
    if (!page.ok() || page->empty()) return ids;
    for (const Customer& customer : *page) ids.push_back(customer.id);
    const Customer& last = page->back();
    query.after = CustomerPosition{last.id, last.content.name, last.updated_at};
  }
}

std::int64_t CustomerStoreConformance::Count(const CustomerFilter& filter, std::int64_t at_most) {
  const auto count = aio::RunSync(lane_, [&] { return world_->store().Count({lane_}, filter, at_most); });
  EXPECT_THAT(count, IsOk());
  return count.value_or(-1);
}

namespace {

std::string ReasonOf(const absl::StatusOr<Customer>& result) { return domain::RefusalOf(result.status()).reason; }

}  // namespace

TEST_P(CustomerStoreConformance, StoresACustomerAndTheEvent) {
  const CustomerContent content{
      .name = "Ada \"Countess\" L\u00f6velace", .email = "", .active = false, .order_updates = false};
  const Customer stored = Store(1, content);
  EXPECT_EQ(stored.id, "CUST-1");
  EXPECT_EQ(stored.content, content);
  EXPECT_EQ(stored.version, 1);
  EXPECT_GT(stored.created_at, absl::UnixEpoch());
  EXPECT_EQ(stored.updated_at, stored.created_at);
  EXPECT_FALSE(stored.deleted_at.has_value());
  const auto read = Get(1);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, stored);
  EXPECT_THAT(world_->Events(), ElementsAre(FakeCustomerStore::Event{stored, ACreation(1).trace.traceparent}));
}

TEST_P(CustomerStoreConformance, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(ReasonOf(Get(1)), reasons::kCustomerNotFound);
  EXPECT_EQ(ReasonOf(Update(1, {.active = false})), reasons::kCustomerNotFound);
  EXPECT_EQ(ReasonOf(Delete(1)), reasons::kCustomerNotFound);
  EXPECT_THAT(world_->Events(), IsEmpty());
}

TEST_P(CustomerStoreConformance, ARepeatedRequestMakesNoSecondCustomer) {
  const Customer first = Store(1);
  CustomerCreation again = ACreation(1);
  again.id = CustomerNumber(2);  // as the server makes a new one each time
  again.trace.event_id = CustomerEventNumber(2);
  auto repeated = Create(again);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(*repeated, first);
  const auto changed = Update(1, {.name = "Somebody"});
  ASSERT_THAT(changed, IsOk());
  repeated = Create(again);
  ASSERT_THAT(repeated, IsOk());
  EXPECT_EQ(*repeated, *changed) << "as it is now";
  EXPECT_EQ(ReasonOf(Get(2)), reasons::kCustomerNotFound);
  EXPECT_THAT(world_->Events(), SizeIs(2));

  again.request.fingerprint = "another";
  EXPECT_EQ(ReasonOf(Create(again)), reasons::kIdempotencyKeyReused);
  again.request.caller = "somebody else";
  EXPECT_THAT(Create(again), IsOk()) << "request ids are those of a caller";
}

TEST_P(CustomerStoreConformance, ATakenIdIsRefusedAndLeavesItsRequestFree) {
  Store(1);
  CustomerCreation other = ACreation(2);
  other.id = CustomerNumber(1);
  EXPECT_EQ(ReasonOf(Create(other)), reasons::kCustomerIdTaken);
  EXPECT_THAT(Create(other), StatusIs(absl::StatusCode::kAlreadyExists)) << "again";
  EXPECT_EQ(Get(1)->content, AContent(1));
  EXPECT_THAT(world_->Events(), SizeIs(1));
  other.id = CustomerNumber(2);
  EXPECT_THAT(Create(other), IsOk());
}

TEST_P(CustomerStoreConformance, AChangeIsOfWhatIsSetAndHasItsEvent) {
  const Customer before = Store(1);
  const auto changed = Update(1, {.email = "new@example.com", .order_updates = false});
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->content,
            (CustomerContent{.name = "Customer 1", .email = "new@example.com", .order_updates = false}));
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->created_at, before.created_at);
  EXPECT_GE(changed->updated_at, before.updated_at);
  EXPECT_EQ(*Get(1), *changed);
  EXPECT_THAT(world_->Events(), ElementsAre(FakeCustomerStore::Event{before, ACreation(1).trace.traceparent},
                                            FakeCustomerStore::Event{*changed, kTraceOfChange}));
}

TEST_P(CustomerStoreConformance, AChangeToTheSameIsNone) {
  const Customer before = Store(1);
  for (const CustomerFields& fields : {CustomerFields{}, CustomerFields{.name = "Customer 1", .active = true}}) {
    const auto same = Update(1, fields, 1);
    ASSERT_THAT(same, IsOk());
    EXPECT_EQ(*same, before);
  }
  EXPECT_THAT(world_->Events(), SizeIs(1));
}

TEST_P(CustomerStoreConformance, OnlyTheVersionThatWasAskedForIsChanged) {
  Store(1);
  ASSERT_THAT(Update(1, {.active = false}, 1), IsOk());
  EXPECT_EQ(ReasonOf(Update(1, {.active = true}, 1)), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(Update(1, {.active = false}, 1)), reasons::kEtagStale) << "also to what it is";
  EXPECT_EQ(ReasonOf(Delete(1, 1)), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(Update(1, {.active = true}, 0)), reasons::kEtagStale) << "another resource's";
  EXPECT_FALSE(Get(1)->content.active);
  EXPECT_THAT(Update(1, {.active = true}, 2), IsOk());
  EXPECT_THAT(Delete(1, 3), IsOk());
}

TEST_P(CustomerStoreConformance, ADeletedCustomerIsErasedAndTheIdStaysTaken) {
  const Customer before = Store(1);
  const auto deleted = Delete(1, 1);
  ASSERT_THAT(deleted, IsOk());
  EXPECT_EQ(deleted->content, (CustomerContent{.name = "", .email = "", .active = false, .order_updates = false}));
  EXPECT_EQ(deleted->version, 2);
  EXPECT_EQ(deleted->created_at, before.created_at);
  ASSERT_TRUE(deleted->deleted_at.has_value());
  EXPECT_GE(*deleted->deleted_at, before.created_at);
  EXPECT_EQ(*Get(1), *deleted);
  EXPECT_EQ(world_->Events().back(), (FakeCustomerStore::Event{*deleted, kTraceOfChange}));

  for (const std::optional<std::int64_t> version : {std::optional<std::int64_t>(), std::optional<std::int64_t>(1)}) {
    const auto again = Delete(1, version);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again, *deleted);
  }
  EXPECT_EQ(ReasonOf(Update(1, {.name = "Back"})), reasons::kCustomerDeleted);
  CustomerCreation again = ACreation(2);
  again.id = CustomerNumber(1);
  EXPECT_EQ(ReasonOf(Create(again)), reasons::kCustomerIdTaken);
  EXPECT_THAT(world_->Events(), SizeIs(2));
}

TEST_P(CustomerStoreConformance, ARepeatedRequestFindsTheDeletedCustomer) {
  Store(1);
  const auto deleted = Delete(1);
  ASSERT_THAT(deleted, IsOk());
  CustomerCreation again = ACreation(1);
  for (const char* fingerprint : {"fingerprint-1", "another"}) {  // nothing is kept to tell them apart by
    again.request.fingerprint = fingerprint;
    const auto repeated = Create(again);
    ASSERT_THAT(repeated, IsOk());
    EXPECT_EQ(*repeated, *deleted);
  }
}

TEST_P(CustomerStoreConformance, ListsInTheOrderOfIdsByCodePoint) {
  const char* const ids[] = {"a", "B", "b", "A-2", "A.1", "A_3", "10", "9"};
  for (const char* id : ids) {
    CustomerCreation creation = ACreation(1);
    creation.id = creation.request.request_id = id;
    ASSERT_THAT(Create(creation), IsOk());
  }
  EXPECT_THAT(ListByPages({}), ElementsAre("10", "9", "A-2", "A.1", "A_3", "B", "a", "b"));
  EXPECT_THAT(List({.skip = 2, .limit = 3}), ElementsAre("A-2", "A.1", "A_3"));
  EXPECT_THAT(List({.after = CustomerPosition{.id = "B"}, .limit = 9}), ElementsAre("a", "b"));
  EXPECT_EQ(Count({}), 8);
  EXPECT_EQ(Count({}, 5), 5);
}

TEST_P(CustomerStoreConformance, EachFilterChoosesItsCustomers) {
  Store(1, {.name = "Ada Lovelace", .email = "ada@example.com"});
  Store(2, {.name = "adam_%", .email = "same@example.com", .active = false});
  Store(3, {.name = "ADAM", .email = "same@example.com"});
  Store(4, {.name = "Bob", .email = "SAME@example.com"});
  Store(5, {.name = "Adele", .email = "gone@example.com"});
  ASSERT_THAT(Delete(5), IsOk());
  struct Case {
    CustomerFilter filter;
    std::vector<std::string> ids;
  };
  const Case cases[] = {
      {{}, {"CUST-1", "CUST-2", "CUST-3", "CUST-4"}},
      {{.active = true}, {"CUST-1", "CUST-3", "CUST-4"}},
      {{.active = false}, {"CUST-2"}},
      {{.active = false, .deleted = true}, {"CUST-2", "CUST-5"}},
      {{.deleted = true}, {"CUST-1", "CUST-2", "CUST-3", "CUST-4", "CUST-5"}},
      {{.email = "same@example.com"}, {"CUST-2", "CUST-3"}},
      {{.active = true, .email = "same@example.com"}, {"CUST-3"}},
      {{.email = "gone@example.com", .deleted = true}, {}},
      {{.name_prefix = "ada"}, {"CUST-1", "CUST-3", "CUST-2"}},  // "ada lovelace", "adam", "adam_%"
      {{.name_prefix = "ADAM"}, {"CUST-3", "CUST-2"}},
      {{.name_prefix = "Adam_"}, {"CUST-2"}},
      {{.name_prefix = "%"}, {}},
      {{.email = "same@example.com", .name_prefix = "a"}, {"CUST-3", "CUST-2"}},
      {{.name_prefix = "lovelace"}, {}},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(ListByPages(test.filter), test.ids);
    EXPECT_EQ(Count(test.filter), static_cast<std::int64_t>(test.ids.size()));
  }
}

TEST_P(CustomerStoreConformance, ListsWhatChangedSinceInTheOrderOfTheirTimes) {
  for (std::uint32_t n = 1; n <= 4; ++n) Store(n);
  const absl::Time from = Store(5).updated_at;
  ASSERT_THAT(Update(3, {.active = false}), IsOk());
  ASSERT_THAT(Update(1, {.active = false}), IsOk());
  ASSERT_THAT(Delete(2), IsOk());
  EXPECT_THAT(ListByPages({.updated_from = from}), ElementsAre("CUST-5", "CUST-3", "CUST-1"));
  EXPECT_EQ(Count({.updated_from = from}), 3);
  EXPECT_THAT(ListByPages({.updated_from = from, .deleted = true}),
              ElementsAre("CUST-5", "CUST-3", "CUST-1", "CUST-2"));
  EXPECT_THAT(ListByPages({.name_prefix = "customer 3", .updated_from = from}), ElementsAre("CUST-3"));
  EXPECT_THAT(ListByPages({.updated_from = Get(1)->updated_at + absl::Hours(1)}), IsEmpty());
}

TEST_P(CustomerStoreConformance, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  Store(1);
  const aio::Waiter late{lane_, base::Deadline::In(-absl::Seconds(1), lane_.timer())};
  std::stop_source left;
  left.request_stop();
  const aio::Waiter gone{lane_, base::Deadline::Never(), left.get_token()};
  CustomerStore& store = world_->store();
  const CustomerDeletion deletion{.id = CustomerNumber(1)};
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Delete(late, deletion); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Delete(gone, deletion); }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Create(gone, ACreation(2)); }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.List(late, {}); }), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(Get(1)->deleted_at.has_value());
  EXPECT_EQ(ReasonOf(Get(2)), reasons::kCustomerNotFound);
}

}  // namespace ordermesh::catalog
