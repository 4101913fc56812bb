#include "libs/api/fingerprint.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "libs/api/field_behavior.h"
#include "libs/base/sha256.h"
#include "libs/domain/codec.h"

namespace ordermesh::api {
namespace {

using domain::ByteWriter;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kVersion1 = 1;

std::string Encode(const Message& message, absl::Span<const absl::string_view> except);

std::uint64_t Bits(double value) {
  std::uint64_t bits = 0;
  static_assert(sizeof(bits) == sizeof(value));
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// Of a field that is not repeated, or of one of its values.
void WriteValue(const Message& message, const FieldDescriptor& field, int index, ByteWriter& out) {
  const Reflection& reflection = *message.GetReflection();
  const auto get = [&](auto singular, auto repeated) {
    return field.is_repeated() ? (reflection.*repeated)(message, &field, index)
                               : (reflection.*singular)(message, &field);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      out.Signed(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      out.Signed(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      out.Number(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      out.Number(get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      out.Number(Bits(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble)));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      out.Number(Bits(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat)));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      out.Number(get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? 1 : 0);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      out.Signed(get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue));
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      out.Text(get(&Reflection::GetString, &Reflection::GetRepeatedString));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      out.Text(Encode(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, index)
                                          : reflection.GetMessage(message, &field),
                      {}));
      break;
  }
}

std::string Encode(const Message& message, absl::Span<const absl::string_view> except) {
  ByteWriter out;
  if (message.GetDescriptor()->options().map_entry()) {  // whose fields are there also when they are empty
    WriteValue(message, *message.GetDescriptor()->map_key(), 0, out);
    WriteValue(message, *message.GetDescriptor()->map_value(), 0, out);
    return std::move(out).bytes();
  }
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);  // in the order of their numbers
  for (const FieldDescriptor* field : fields) {
    if (std::find(except.begin(), except.end(), field->name()) != except.end()) continue;
    if (Behaves(*field, google::api::OUTPUT_ONLY)) continue;
    out.Number(static_cast<std::uint64_t>(field->number()));
    if (!field->is_repeated()) {
      WriteValue(message, *field, 0, out);
      continue;
    }
    std::vector<std::string> values;
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      ByteWriter value;
      WriteValue(message, *field, i, value);
      values.push_back(std::move(value).bytes());
    }
    if (field->is_map()) std::sort(values.begin(), values.end());  // a map has no order
    out.Number(values.size());
    for (const std::string& value : values) out.Text(value);
  }
  return std::move(out).bytes();
}

}  // namespace

std::string Fingerprint(const Message& content, absl::Span<const absl::string_view> except) {
  const base::Sha256Digest digest = base::Sha256(Encode(content, except));
  std::string fingerprint(1, kVersion1);
  fingerprint.append(digest.begin(), digest.end());
  return fingerprint;
}

}  // namespace ordermesh::api
