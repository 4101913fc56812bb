#include "libs/messaging/rabbitmq/content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/rabbitmq/tables.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using Kind = ContentAssembler::Kind;

class ContentAssemblerTest : public ::testing::Test {
 protected:
  absl::Status Deliver(std::uint64_t tag) {
    amqp_basic_deliver_t deliver{};
    deliver.delivery_tag = tag;
    deliver.redelivered = 1;
    deliver.exchange = Bytes("orders");
    deliver.routing_key = Bytes("a.b");
    return Method(AMQP_BASIC_DELIVER_METHOD, &deliver);
  }
  absl::Status Return() {
    amqp_basic_return_t returned{};
    returned.reply_code = 312;
    returned.reply_text = Bytes("NO_ROUTE");
    return Method(AMQP_BASIC_RETURN_METHOD, &returned);
  }
  absl::Status Method(amqp_method_number_t id, void* decoded) {
    amqp_frame_t frame{};
    frame.frame_type = AMQP_FRAME_METHOD;
    frame.payload.method = {id, decoded};
    return assembler_.Take(frame);
  }
  absl::Status Header(std::uint64_t body_size) {
    FieldTable headers;
    headers.Int("x-delivery-count", 3).Text("traceparent", "00-1");
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_HEADERS_FLAG;
    properties.message_id = Bytes("id-1");
    properties.headers = headers.get();
    amqp_frame_t frame{};
    frame.frame_type = AMQP_FRAME_HEADER;
    frame.payload.properties.class_id = AMQP_BASIC_CLASS;
    frame.payload.properties.body_size = body_size;
    frame.payload.properties.decoded = &properties;
    return assembler_.Take(frame);
  }
  absl::Status Body(absl::string_view bytes) {
    amqp_frame_t frame{};
    frame.frame_type = AMQP_FRAME_BODY;
    frame.payload.body_fragment = Bytes(bytes);
    return assembler_.Take(frame);
  }

  ContentAssembler assembler_{100};
};

TEST_F(ContentAssemblerTest, PutsADeliveryTogether) {
  EXPECT_THAT(Deliver(7), IsOk());
  EXPECT_THAT(Header(5), IsOk());
  EXPECT_THAT(Body("he"), IsOk());
  EXPECT_EQ(assembler_.complete(), Kind::kNone);
  EXPECT_THAT(Body("llo"), IsOk());
  ASSERT_EQ(assembler_.complete(), Kind::kDelivery);
  const Delivery& delivery = assembler_.delivery();
  EXPECT_EQ(delivery.tag, 7u);
  EXPECT_TRUE(delivery.redelivered);
  EXPECT_EQ(delivery.delivery_count, 3);
  EXPECT_EQ(delivery.message.message_id, "id-1");
  EXPECT_EQ(delivery.message.routing_key, "a.b");
  EXPECT_EQ(delivery.message.body, "hello");
}

TEST_F(ContentAssemblerTest, AnEmptyBodyHasNoFrame) {
  EXPECT_THAT(Deliver(1), IsOk());
  EXPECT_THAT(Header(0), IsOk());
  EXPECT_EQ(assembler_.complete(), Kind::kDelivery);
  EXPECT_THAT(Deliver(2), IsOk()) << "and the next begins";
  EXPECT_EQ(assembler_.complete(), Kind::kNone);
}

TEST_F(ContentAssemblerTest, PutsAReturnTogether) {
  EXPECT_THAT(Return(), IsOk());
  EXPECT_THAT(Header(1), IsOk());
  EXPECT_THAT(Body("x"), IsOk());
  EXPECT_EQ(assembler_.complete(), Kind::kReturn);
  EXPECT_EQ(assembler_.return_reason(), "312 NO_ROUTE");
}

TEST_F(ContentAssemblerTest, RefusesFramesOutOfTurn) {
  EXPECT_THAT(Header(1), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Body("x"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Deliver(1), IsOk());
  EXPECT_THAT(Body("x"), StatusIs(absl::StatusCode::kInternal)) << "before its header";
  EXPECT_THAT(Deliver(2), StatusIs(absl::StatusCode::kInternal)) << "before the first is complete";
  EXPECT_THAT(Header(1), IsOk());
  EXPECT_THAT(Header(1), StatusIs(absl::StatusCode::kInternal)) << "twice";
}

TEST_F(ContentAssemblerTest, RefusesMoreBytesThanAnnouncedOrAllowed) {
  EXPECT_THAT(Deliver(1), IsOk());
  EXPECT_THAT(Header(3), IsOk());
  EXPECT_THAT(Body("four"), StatusIs(absl::StatusCode::kInternal));
  assembler_ = ContentAssembler(100);
  EXPECT_THAT(Deliver(1), IsOk());
  EXPECT_THAT(Header(101), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(ContentAssemblerTest, RefusesOtherMethodsAndClasses) {
  EXPECT_THAT(Method(AMQP_BASIC_GET_EMPTY_METHOD, nullptr), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Deliver(1), IsOk());
  amqp_frame_t frame{};
  frame.frame_type = AMQP_FRAME_HEADER;
  frame.payload.properties.class_id = 10;
  EXPECT_THAT(assembler_.Take(frame), StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace ordermesh::rabbitmq
