#include "libs/postgres/params.h"

#include "absl/strings/str_cat.h"
#include "libs/postgres/encoding.h"
#include "libs/postgres/invariant.h"

namespace ordermesh::postgres {
namespace {

// An array starts with: dimensions, whether it has nulls, element type, then for its one dimension size and lower
// bound.
constexpr int kEmptyHeader = 12, kHeader = 20;
constexpr std::uint32_t kNullLength = 0xFFFFFFFF;
constexpr char kJsonbVersion = 1;

void Expect(bool fits, Type element, const char* added) {
  if (!fits) {
    BrokenInvariant(
        absl::StrCat("an array of ", TypeName(static_cast<std::uint32_t>(element)), " was given a value for ", added));
  }
}

}  // namespace

Array::Array(Type element) : element_(element) { Clear(); }

void Array::Clear() {
  count_ = 0;
  has_null_ = false;
  bytes_.assign(kHeader, '\0');
}

void Array::Reserve(int elements, int bytes_each) {
  bytes_.reserve(kHeader + static_cast<std::size_t>(elements) * static_cast<std::size_t>(bytes_each + 4));
}

void Array::Put32(std::uint32_t value) { AppendBigEndian(value, bytes_); }

void Array::Add(std::int64_t value) {
  Expect(element_ == Type::kInt8 || element_ == Type::kXid8, element_, "int8 or xid8");
  Put32(8);
  AppendBigEndian(static_cast<std::uint64_t>(value), bytes_);
  ++count_;
}

void Array::AddInt4(std::int32_t value) {
  Expect(element_ == Type::kInt4, element_, "int4");
  Put32(4);
  AppendBigEndian(static_cast<std::uint32_t>(value), bytes_);
  ++count_;
}

void Array::Add(absl::string_view value) {
  Expect(element_ == Type::kText || element_ == Type::kBytea, element_, "text or bytea");
  Put32(static_cast<std::uint32_t>(value.size()));
  bytes_.append(value.data(), value.size());
  ++count_;
}

void Array::Add(const base::Uuid& value) {
  Expect(element_ == Type::kUuid, element_, "uuid");
  Put32(base::Uuid::kBytes);
  bytes_.append(value.bytes().data(), base::Uuid::kBytes);
  ++count_;
}

void Array::Add(absl::Time value) {
  Expect(element_ == Type::kTimestamptz, element_, "timestamptz");
  Put32(8);
  AppendBigEndian(static_cast<std::uint64_t>(TimestampToWire(value)), bytes_);
  ++count_;
}

void Array::AddBool(bool value) {
  Expect(element_ == Type::kBool, element_, "bool");
  Put32(1);
  bytes_.push_back(value ? 1 : 0);
  ++count_;
}

void Array::AddJson(absl::string_view json) {
  Expect(element_ == Type::kJsonb, element_, "jsonb");
  Put32(static_cast<std::uint32_t>(json.size() + 1));
  bytes_.push_back(kJsonbVersion);
  bytes_.append(json.data(), json.size());
  ++count_;
}

void Array::AddNull() {
  Put32(kNullLength);
  has_null_ = true;
  ++count_;
}

absl::string_view Array::Encode() {
  PutBigEndian<std::uint32_t>(count_ == 0 ? 0 : 1, bytes_.data());
  PutBigEndian<std::uint32_t>(has_null_ ? 1 : 0, bytes_.data() + 4);
  PutBigEndian(static_cast<std::uint32_t>(element_), bytes_.data() + 8);
  PutBigEndian(static_cast<std::uint32_t>(count_), bytes_.data() + 12);
  PutBigEndian<std::uint32_t>(1, bytes_.data() + 16);
  return count_ == 0 ? absl::string_view(bytes_.data(), kEmptyHeader) : absl::string_view(bytes_);
}

Params& Params::Append(Type type, bool is_array, absl::string_view bytes, bool null) {
  offsets_.push_back(static_cast<int>(bytes_.size()));
  lengths_.push_back(null ? -1 : static_cast<int>(bytes.size()));
  types_.push_back(is_array ? ArrayOf(type) : static_cast<std::uint32_t>(type));
  bytes_.append(bytes.data(), bytes.size());
  return *this;
}

absl::string_view Params::value(int index) const {
  return {bytes_.data() + offsets_[index], static_cast<std::size_t>(is_null(index) ? 0 : lengths_[index])};
}

Params& Params::Int8(std::int64_t value) {
  char bytes[8];
  PutBigEndian(static_cast<std::uint64_t>(value), bytes);
  return Append(Type::kInt8, false, {bytes, sizeof bytes});
}

Params& Params::Int4(std::int32_t value) {
  char bytes[4];
  PutBigEndian(static_cast<std::uint32_t>(value), bytes);
  return Append(Type::kInt4, false, {bytes, sizeof bytes});
}

Params& Params::Bool(bool value) {
  const char byte = value ? 1 : 0;
  return Append(Type::kBool, false, {&byte, 1});
}

Params& Params::Text(absl::string_view value) { return Append(Type::kText, false, value); }

Params& Params::Bytes(absl::string_view value) { return Append(Type::kBytea, false, value); }

Params& Params::Uuid(const base::Uuid& value) { return Append(Type::kUuid, false, value.bytes()); }

Params& Params::Timestamp(absl::Time value) {
  char bytes[8];
  PutBigEndian(static_cast<std::uint64_t>(TimestampToWire(value)), bytes);
  return Append(Type::kTimestamptz, false, {bytes, sizeof bytes});
}

Params& Params::Xid8(std::uint64_t value) {
  char bytes[8];
  PutBigEndian(value, bytes);
  return Append(Type::kXid8, false, {bytes, sizeof bytes});
}

Params& Params::Json(absl::string_view json) {
  Append(Type::kJsonb, false, {&kJsonbVersion, 1});
  bytes_.append(json.data(), json.size());
  lengths_.back() += static_cast<int>(json.size());
  return *this;
}

Params& Params::Null(Type type) { return Append(type, false, {}, true); }

Params& Params::Array(class Array& array) { return Append(array.element(), true, array.Encode()); }

}  // namespace ordermesh::postgres
