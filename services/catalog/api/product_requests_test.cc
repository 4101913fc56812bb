#include "services/catalog/api/product_requests.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/api/product_proto.h"
#include "services/catalog/app/product_size.h"
#include "services/catalog/testing/products.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return domain::RefusalOf(result.status()).reason;
}

Product AStoredProduct() {
  return {.id = ProductNumber(1),
          .content = AProduct(1),
          .version = 3,
          .created_at = absl::FromUnixSeconds(1'700'000'000),
          .updated_at = absl::FromUnixSeconds(1'700'000'001),
          .deleted_at = absl::FromUnixSeconds(1'700'000'002)};
}

class ProductRequestsTest : public ::testing::Test {
 protected:
  absl::StatusOr<NewProduct> Read(const std::string& text) {
    return NewProductFromProto(call_, Parse<v1::CreateProductRequest>(text));
  }

  ordermesh::testing::FakeClock clock_;
  ordermesh::testing::ManualLane lane_{clock_};
  ordermesh::testing::FakeCall call_{lane_};
};

TEST(ProductProtoTest, HasEverything) {
  v1::Product proto;
  ProductToProto(AStoredProduct(), proto);
  EXPECT_EQ(proto.id(), ProductNumber(1).ToString());
  EXPECT_EQ(proto.sku(), "SKU-1");
  EXPECT_EQ(proto.name(), "Chair 1");
  EXPECT_EQ(proto.description(), "Four legs.\nOak.");
  EXPECT_EQ(proto.category(), "Kitchen");
  EXPECT_EQ(proto.brand(), "Norwick");
  EXPECT_EQ(proto.price().currency_code(), "EUR");
  EXPECT_EQ(proto.price().units(), 1);
  EXPECT_EQ(proto.price().nanos(), 10'000'000);
  EXPECT_TRUE(proto.has_active() && proto.active());
  EXPECT_EQ(proto.attributes().size(), 2u);
  EXPECT_EQ(proto.attributes().at("wood"), "oak");
  EXPECT_EQ(proto.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(proto.update_time().seconds(), 1'700'000'001);
  EXPECT_EQ(proto.delete_time().seconds(), 1'700'000'002);
  EXPECT_FALSE(proto.etag().empty());
  EXPECT_LE(proto.ByteSizeLong(), BytesAtMost(AStoredProduct()));
}

TEST_F(ProductRequestsTest, ReadsANewProduct) {
  const auto product = Read(R"(product {
    sku: "SKU-1" name: "Chair 1" description: "Four legs.\nOak." category: "Kitchen" brand: "Norwick"
    price { currency_code: "EUR" units: 1 nanos: 10000000 } attributes { key: "colour" value: "red" }
    attributes { key: "wood" value: "oak" } } request_id: "r")");
  ASSERT_THAT(product, IsOk());
  ProductContent content;
  content.sku = product->sku;
  SetFields(product->fields, content);
  EXPECT_EQ(content, AProduct(1));
  EXPECT_THAT(product->fields.broken, IsEmpty());
  EXPECT_EQ(product->request.caller, "default");
  EXPECT_EQ(product->request.request_id, "r");
  EXPECT_FALSE(product->request.fingerprint.empty());
}

TEST_F(ProductRequestsTest, WhatTheServerSetsIsIgnored) {
  const auto product = Read(R"(product { sku: "a" })");
  const auto echo = Read(R"(product { sku: "a" id: "x" etag: "x" create_time { seconds: 1 } })");
  ASSERT_THAT(product, IsOk());
  ASSERT_THAT(echo, IsOk());
  EXPECT_EQ(echo->request.fingerprint, product->request.fingerprint);
  EXPECT_NE(Read(R"(product { sku: "a" active: false })")->request.fingerprint, product->request.fingerprint);
}

TEST_F(ProductRequestsTest, TheRequestIdMayComeByHeader) {
  call_.SetMetadata("idempotency-key", "\"h\"");
  EXPECT_EQ(Read("")->request.request_id, "h");
  EXPECT_EQ(ReasonOf(Read("request_id: 'r'")), reasons::kRequestIdsDiffer);
}

TEST_F(ProductRequestsTest, APriceThatIsNoneIsTold) {
  EXPECT_EQ(Read("")->fields.price, domain::Money());
  for (const auto& [price, rule] :
       {std::pair("currency_code: 'XAU' units: 1", "CURRENCY_UNKNOWN"), std::pair("units: 1", "CURRENCY_UNKNOWN"),
        std::pair("currency_code: 'EUR' nanos: 1", "PRICE_MALFORMED"),
        std::pair("currency_code: 'EUR' units: 1 nanos: -10000000", "PRICE_MALFORMED"),
        std::pair("currency_code: 'EUR' units: 9223372036854775807", "PRICE_MALFORMED")}) {
    const auto product = Read(absl::StrCat("product { price { ", price, " } }"));
    ASSERT_THAT(product, IsOk());
    ASSERT_EQ(product->fields.broken.size(), 1u) << price;
    EXPECT_EQ(product->fields.broken[0].rule, rule) << price;
  }
}

TEST(ReadProductKeyTest, TakesOneOfBoth) {
  EXPECT_EQ(*ReadProductKey(ProductNumber(1).ToString(), ""), ProductKey(ProductNumber(1)));
  EXPECT_EQ(*ReadProductKey("", "SKU-1"), ProductKey("SKU-1"));
  EXPECT_EQ(ReasonOf(ReadProductKey("", "")), reasons::kIdMalformed);
  EXPECT_EQ(ReasonOf(ReadProductKey(ProductNumber(1).ToString(), "SKU-1")), reasons::kIdMalformed);
  EXPECT_EQ(ReasonOf(ReadProductKey("1", "")), reasons::kIdMalformed);
  EXPECT_EQ(ReasonOf(ReadProductKey("", std::string(65, 's'))), reasons::kIdMalformed);
  EXPECT_EQ(ReasonOf(ReadProductKey("", absl::string_view("\0", 1))), reasons::kIdMalformed);
}

TEST(ProductKeysFromProtoTest, IdsComeFirst) {
  const std::string id = ProductNumber(1).ToString();
  const auto keys = ProductKeysFromProto(
      Parse<v1::BatchGetProductsRequest>(absl::StrCat("skus: 'SKU-1' ids: '", id, "' skus: 'SKU-2'")));
  ASSERT_THAT(keys, IsOk());
  EXPECT_THAT(*keys, ElementsAre(ProductNumber(1), "SKU-1", "SKU-2"));
  for (const auto& [request, field] :
       {std::pair(absl::StrCat("ids: '", id, "' ids: 'x'"), "ids[1]"), std::pair(std::string("skus: ''"), "skus[0]")}) {
    const auto refused = ProductKeysFromProto(Parse<v1::BatchGetProductsRequest>(request));
    EXPECT_EQ(ReasonOf(refused), reasons::kIdMalformed);
    EXPECT_THAT(domain::RefusalOf(refused.status()).violations,
                ElementsAre(::testing::Field(&domain::Violation::field, field)));
  }
}

absl::StatusOr<ProductUpdate> ReadUpdate(const std::string& product, const std::string& mask = "") {
  return ProductUpdateFromProto(Parse<v1::UpdateProductRequest>(absl::StrCat("product { sku: 'SKU-1' ", product, " }",
                                                                             mask.empty() ? "" : " update_mask { ",
                                                                             mask, mask.empty() ? "" : " }")));
}

TEST(ProductUpdateFromProtoTest, WithoutAMaskWhatIsSetIsChanged) {
  const auto update = ReadUpdate("name: 'Stool' active: false etag: 'e' create_time { seconds: 1 }");
  ASSERT_THAT(update, IsOk());
  EXPECT_EQ(update->key, ProductKey("SKU-1"));
  EXPECT_EQ(update->etag, "e");
  EXPECT_EQ(update->fields.name, "Stool");
  EXPECT_EQ(update->fields.active, false);
  EXPECT_EQ(update->fields.description, std::nullopt);
  EXPECT_EQ(update->fields.price, std::nullopt);
  EXPECT_EQ(update->fields.attributes, std::nullopt);
}

TEST(ProductUpdateFromProtoTest, AMaskSaysWhatIsChangedAndWhatIsTakenAway) {
  const auto update =
      ReadUpdate("name: 'Stool' brand: 'Maro'",
                 "paths: 'brand' paths: 'description' paths: 'price' paths: 'active' paths: 'attributes'");
  ASSERT_THAT(update, IsOk());
  EXPECT_EQ(update->fields.name, std::nullopt);
  EXPECT_EQ(update->fields.brand, "Maro");
  EXPECT_EQ(update->fields.description, "");
  EXPECT_EQ(update->fields.price, domain::Money());
  EXPECT_EQ(update->fields.active, true);
  EXPECT_EQ(update->fields.attributes, Attributes());
}

TEST(ProductUpdateFromProtoTest, AStarIsEverything) {
  const auto update = ReadUpdate("name: 'Stool' attributes { key: 'k' value: 'v' }", "paths: '*'");
  ASSERT_THAT(update, IsOk());
  EXPECT_EQ(update->fields.name, "Stool");
  EXPECT_EQ(update->fields.description, "");
  EXPECT_EQ(update->fields.category, "");
  EXPECT_EQ(update->fields.brand, "");
  EXPECT_EQ(update->fields.price, domain::Money());
  EXPECT_EQ(update->fields.active, true);
  EXPECT_EQ(update->fields.attributes, (Attributes{{"k", "v"}}));
}

TEST(ProductUpdateFromProtoTest, RefusesMasksOfWhatCannotBeChanged) {
  for (const char* path : {"sku", "id", "etag", "create_time", "colour", "attributes.colour", "price.units"}) {
    EXPECT_EQ(ReasonOf(ReadUpdate("", absl::StrCat("paths: '", path, "'"))), reasons::kUpdateMaskInvalid) << path;
  }
}

TEST(ProductUpdateFromProtoTest, AnIdComesBeforeASku) {
  const auto update = ReadUpdate(absl::StrCat("id: '", ProductNumber(1).ToString(), "'"));
  ASSERT_THAT(update, IsOk());
  EXPECT_EQ(update->key, ProductKey(ProductNumber(1)));
  EXPECT_EQ(update->sku, "SKU-1");
  EXPECT_EQ(ReasonOf(ProductUpdateFromProto({})), reasons::kIdMalformed);
}

TEST(ProductListFromProtoTest, ReadsFiltersAndOrder) {
  const auto list = ProductListFromProto(Parse<v1::ListProductsRequest>(R"(
      category: "Kitchen" brand: "Maro" active: false price_from { currency_code: "EUR" units: 1 }
      price_before { currency_code: "EUR" units: 2 } prefix: "ch" update_time_from { seconds: 5 } show_deleted: true
      order_by: "price desc" page_size: 7 page_token: "t" skip: 3 show_total_size: true)"));
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->filter.category, "Kitchen");
  EXPECT_EQ(list->filter.brand, "Maro");
  EXPECT_EQ(list->filter.active, false);
  EXPECT_EQ(list->filter.currency, "EUR");
  EXPECT_EQ(list->filter.price_from, 100);
  EXPECT_EQ(list->filter.price_before, 200);
  EXPECT_EQ(list->filter.prefix, "ch");
  EXPECT_EQ(list->filter.updated_from, absl::FromUnixSeconds(5));
  EXPECT_TRUE(list->filter.show_deleted);
  EXPECT_EQ(list->order, ProductOrder::kPrice);
  EXPECT_TRUE(list->descending);
  EXPECT_EQ(list->page_size, 7);
  EXPECT_EQ(list->page_token, "t");
  EXPECT_EQ(list->skip, 3);
  EXPECT_TRUE(list->show_total_size);
}

TEST(ProductListFromProtoTest, KnowsEveryOrder) {
  for (const auto& [text, order] : {std::pair("", ProductOrder::kName), std::pair("name", ProductOrder::kName),
                                    std::pair("sku", ProductOrder::kSku), std::pair("price", ProductOrder::kPrice),
                                    std::pair("update_time", ProductOrder::kUpdateTime)}) {
    const auto list = ProductListFromProto(Parse<v1::ListProductsRequest>(absl::StrCat("order_by: '", text, "'")));
    ASSERT_THAT(list, IsOk());
    EXPECT_EQ(list->order, order) << text;
    EXPECT_FALSE(list->descending);
  }
}

TEST(ProductListFromProtoTest, RefusesWhatItCannotLookUpBy) {
  const std::string long_text(101, 'x');
  for (const std::string& request :
       {absl::StrCat("category: '", long_text, "'"), absl::StrCat("brand: '", long_text, "'"),
        absl::StrCat("prefix: '", long_text, "'"), std::string("prefix: 'a\\000'"), std::string("order_by: 'colour'"),
        std::string("price_from { currency_code: 'XAU' }"),
        std::string("price_before { currency_code: 'EUR' }  "
                    "price_from { currency_code: 'USD' units: -1 }"),
        std::string("update_time_from { nanos: -1 }")}) {
    EXPECT_EQ(ReasonOf(ProductListFromProto(Parse<v1::ListProductsRequest>(request))), reasons::kFilterMalformed)
        << request;
  }
}

}  // namespace
}  // namespace ordermesh::catalog
