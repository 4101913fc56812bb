#include "libs/messaging/rabbitmq/content.h"

#include "absl/strings/str_cat.h"
#include "libs/messaging/rabbitmq/tables.h"

namespace ordermesh::rabbitmq {

absl::Status ContentAssembler::Take(const amqp_frame_t& frame) {
  if (complete_) {
    kind_ = Kind::kNone;
    complete_ = false;
  }
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return TakeMethod(frame.payload.method);
    case AMQP_FRAME_HEADER:
      return TakeHeader(frame);
    case AMQP_FRAME_BODY:
      return TakeBody(frame.payload.body_fragment);
    default:
      return absl::InternalError(absl::StrCat("a frame of type ", static_cast<int>(frame.frame_type)));
  }
}

absl::Status ContentAssembler::TakeMethod(const amqp_method_t& method) {
  if (kind_ != Kind::kNone) return absl::InternalError("a method in the middle of a message");
  delivery_ = Delivery();
  return_reason_.clear();
  has_header_ = false;
  if (method.id == AMQP_BASIC_DELIVER_METHOD) {
    const auto& deliver = *static_cast<const amqp_basic_deliver_t*>(method.decoded);
    kind_ = Kind::kDelivery;
    delivery_.tag = deliver.delivery_tag;
    delivery_.redelivered = deliver.redelivered != 0;
    delivery_.message.exchange = std::string(View(deliver.exchange));
    delivery_.message.routing_key = std::string(View(deliver.routing_key));
    return absl::OkStatus();
  }
  if (method.id == AMQP_BASIC_RETURN_METHOD) {
    const auto& returned = *static_cast<const amqp_basic_return_t*>(method.decoded);
    kind_ = Kind::kReturn;
    delivery_.message.exchange = std::string(View(returned.exchange));
    delivery_.message.routing_key = std::string(View(returned.routing_key));
    return_reason_ = absl::StrCat(returned.reply_code, " ", View(returned.reply_text));
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("method ", method.id, " carries no message"));
}

absl::Status ContentAssembler::TakeHeader(const amqp_frame_t& frame) {
  if (kind_ == Kind::kNone || has_header_) return absl::InternalError("a header without its method");
  if (frame.payload.properties.class_id != AMQP_BASIC_CLASS || frame.payload.properties.decoded == nullptr) {
    return absl::InternalError(absl::StrCat("a header of class ", frame.payload.properties.class_id));
  }
  has_header_ = true;
  body_bytes_ = frame.payload.properties.body_size;
  if (body_bytes_ > max_body_bytes_) {
    return absl::InternalError(absl::StrCat("a message of ", body_bytes_, " bytes; at most ", max_body_bytes_));
  }
  const auto& properties = *static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
  Message& message = delivery_.message;
  if (properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) message.message_id = std::string(View(properties.message_id));
  if (properties._flags & AMQP_BASIC_TYPE_FLAG) message.type = std::string(View(properties.type));
  if (properties._flags & AMQP_BASIC_CONTENT_TYPE_FLAG)
    message.content_type = std::string(View(properties.content_type));
  if (properties._flags & AMQP_BASIC_HEADERS_FLAG) {
    message.headers = ToHeaders(properties.headers);
    delivery_.delivery_count = FindInt(properties.headers, "x-delivery-count", 0);
  }
  complete_ = body_bytes_ == 0;
  return absl::OkStatus();
}

absl::Status ContentAssembler::TakeBody(const amqp_bytes_t& fragment) {
  std::string& body = delivery_.message.body;
  if (kind_ == Kind::kNone || !has_header_ || fragment.len > body_bytes_ - body.size()) {
    return absl::InternalError("a body that no header announced");
  }
  if (body.empty()) body.reserve(body_bytes_);
  body.append(static_cast<const char*>(fragment.bytes), fragment.len);
  complete_ = body.size() == body_bytes_;
  return absl::OkStatus();
}

}  // namespace ordermesh::rabbitmq
