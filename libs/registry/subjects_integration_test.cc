// Against a real registry: Apicurio by Confluent's API.
#include "libs/registry/subjects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/registry_framing.h"
#include "ordermesh/events/v1/catalog_events.pb.h"
#include "ordermesh/events/v1/events.pb.h"

namespace ordermesh::registry {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

class SubjectsTest : public ::testing::Test {
 protected:
  // A topic that no other test has.
  std::string NewTopic() {
    static std::atomic<int> count = 0;
    return absl::StrCat("orders.events.", ::testing::UnitTest::GetInstance()->random_seed(), ".", ++count);
  }

  Client client_{{.url = std::getenv("SCHEMA_REGISTRY_URL")}, base::SystemTimer(), base::SystemRandom()};
};

// The events' file as another release has it.
class OtherRelease {
 public:
  explicit OtherRelease(const std::function<void(google::protobuf::FileDescriptorProto& file)>& change)
      : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    google::protobuf::FileDescriptorProto file;
    events::v1::OrderEvent::descriptor()->file()->CopyTo(&file);
    // The pool below has this name and these types already.
    file.set_name("ordermesh/events/v1/other.proto");
    file.set_package("ordermesh.other.v1");
    for (auto& message : *file.mutable_message_type()) {
      for (auto& field : *message.mutable_field()) {
        if (field.type_name() == ".ordermesh.events.v1.OrderEventLine") {
          field.set_type_name(".ordermesh.other.v1.OrderEventLine");
        }
      }
    }
    change(file);
    file_ = pool_.BuildFile(file);
  }
  const google::protobuf::Descriptor* message() const { return file_->message_type(0); }

 private:
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
};

google::protobuf::FieldDescriptorProto& Field(google::protobuf::FileDescriptorProto& file, absl::string_view name) {
  for (auto& field : *file.mutable_message_type(0)->mutable_field()) {
    if (field.name() == name) return field;
  }
  std::abort();
}

TEST_F(SubjectsTest, EveryTopicOfOursIsRegisteredAndFoundAgain) {
  const std::vector<TopicValue> values = {{NewTopic(), events::v1::OrderEvent::descriptor()},
                                          {NewTopic(), events::v1::CatalogEvent::descriptor()}};
  ASSERT_THAT(RegisterValues(client_, values, "BACKWARD"), IsOk());
  ASSERT_THAT(RegisterValues(client_, values, "BACKWARD"), IsOk()) << "the same again";
  for (const TopicValue& value : values) {
    const absl::StatusOr<std::string> framing = FramingOf(client_, value);
    ASSERT_THAT(framing.status(), IsOk());
    EXPECT_EQ(framing->size(), 6u);
    EXPECT_THAT(wire::WithoutRegistryFraming(absl::StrCat(*framing, "x")), ordermesh::testing::IsOkAndHolds("x"));
  }
}

TEST_F(SubjectsTest, WhatIsNotRegisteredHasNoFraming) {
  EXPECT_THAT(FramingOf(client_, {NewTopic(), events::v1::OrderEvent::descriptor()}).status(),
              StatusIs(Code::kFailedPrecondition, HasSubstr("ordermesh-migrate")));
}

TEST_F(SubjectsTest, AFieldThatIsAddedFits) {
  const std::string topic = NewTopic();
  const OtherRelease older([](auto&) {});
  ASSERT_THAT(RegisterValues(client_, {{topic, older.message()}}, "BACKWARD"), IsOk());
  const OtherRelease newer([](auto& file) {
    auto& field = *file.mutable_message_type(0)->add_field();
    field.set_name("new_in_this_release");
    field.set_number(1000);
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  });
  ASSERT_THAT(RegisterValues(client_, {{topic, newer.message()}}, "BACKWARD"), IsOk());
  // Both releases run for a while.
  const absl::StatusOr<std::string> of_older = FramingOf(client_, {topic, older.message()});
  const absl::StatusOr<std::string> of_newer = FramingOf(client_, {topic, newer.message()});
  ASSERT_THAT(of_older.status(), IsOk());
  ASSERT_THAT(of_newer.status(), IsOk());
  EXPECT_NE(*of_older, *of_newer);
}

TEST_F(SubjectsTest, AFieldOfAnotherTypeIsRefusedWithTheReason) {
  const std::string topic = NewTopic();
  const OtherRelease older([](auto&) {});
  ASSERT_THAT(RegisterValues(client_, {{topic, older.message()}}, "BACKWARD"), IsOk());
  const OtherRelease newer(
      [](auto& file) { Field(file, "customer_id").set_type(google::protobuf::FieldDescriptorProto::TYPE_INT64); });
  EXPECT_THAT(RegisterValues(client_, {{topic, newer.message()}}, "BACKWARD"),
              StatusIs(Code::kFailedPrecondition, HasSubstr(topic)));
  EXPECT_THAT(FramingOf(client_, {topic, newer.message()}).status(),
              StatusIs(Code::kFailedPrecondition, HasSubstr("not compatible")));
  // What was there stays.
  EXPECT_THAT(FramingOf(client_, {topic, older.message()}).status(), IsOk());
}

}  // namespace
}  // namespace ordermesh::registry
