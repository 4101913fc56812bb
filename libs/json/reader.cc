#include "libs/json/reader.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ordermesh::json {
namespace {

namespace dom = simdjson::dom;

// simdjson reads this much behind the text.
constexpr std::size_t kPadding = simdjson::SIMDJSON_PADDING;
constexpr std::size_t kLeastBytes = std::size_t{4} << 10;   // that room is made for
constexpr std::size_t kKeptBytes = std::size_t{256} << 10;  // that a thread keeps room for

// What reading a text takes, for reuse.
struct Buffers {
  dom::parser parser;
  std::unique_ptr<char[]> padded;
  std::size_t capacity = 0;  // of text

  void Reserve(std::size_t bytes) {
    bytes = std::max(bytes, kLeastBytes);
    if (bytes <= capacity) return;
    capacity = std::bit_ceil(bytes);
    padded = std::make_unique<char[]>(capacity + kPadding);
    // The depth is the first that is refused. Only want of memory fails, which is here what it is in the line above.
    if (parser.allocate(capacity, kMostDepth + 1) != simdjson::SUCCESS) throw std::bad_alloc();
  }
};

// None while a text is being read: who reads another meanwhile gets buffers of his own.
thread_local std::unique_ptr<Buffers> idle;

}  // namespace

void Value::Object(absl::FunctionRef<void(absl::string_view, const Value&)> field) const {
  dom::object object;
  if (element_.get(object) != simdjson::SUCCESS) return Fail("an object is expected");
  for (const dom::key_value_pair entry : object) {
    if (!ok()) return;
    const absl::string_view name(entry.key.data(), entry.key.size());
    if (!entry.value.is_null()) field(name, Value(entry.value, *this, name, 0));
  }
}

void Value::Array(absl::FunctionRef<void(const Value&)> element) const {
  dom::array array;
  if (element_.get(array) != simdjson::SUCCESS) return Fail("an array is expected");
  std::size_t index = 0;
  for (const dom::element each : array) {
    if (!ok()) return;
    element(Value(each, *this, {}, index++));
  }
}

std::string Value::String() const {
  std::string_view text;
  if (element_.get(text) != simdjson::SUCCESS) Fail("a string is expected");
  return ok() ? std::string(text) : std::string();
}

std::int64_t Value::Int64() const {
  std::int64_t value = 0;
  std::string_view text;
  if (element_.get(text) == simdjson::SUCCESS) {
    // SimpleAtoi would also take spaces and a plus sign.
    const auto is_digit = [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); };
    if (text.empty() || (text[0] != '-' && !is_digit(text[0])) || !is_digit(text.back()) ||
        !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &value)) {
      Fail("not a 64-bit integer");
    }
  } else if (element_.get(value) != simdjson::SUCCESS) {
    Fail("not a 64-bit integer");
  }
  return ok() ? value : 0;
}

std::int32_t Value::Int32() const {
  const std::int64_t value = Int64();
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    Fail("not a 32-bit integer");
    return 0;
  }
  return static_cast<std::int32_t>(value);
}

bool Value::Bool() const {
  bool value = false;
  if (element_.get(value) != simdjson::SUCCESS) Fail("not a boolean");
  return ok() && value;
}

bool Value::IsString() const { return element_.is_string(); }

std::string Value::Place() const {
  if (parent_ == nullptr) return {};
  const std::string outer = parent_->Place();
  if (name_.data() == nullptr) return absl::StrCat(outer, "[", index_, "]");
  return absl::StrCat(outer, outer.empty() ? "" : ".", name_);
}

void Value::Fail(absl::string_view why) const {
  if (!ok()) return;
  const std::string place = Place();
  error_ = absl::StrCat("JSON", place.empty() ? "" : " at ", place, ": ", why);
}

absl::Status Read(absl::string_view text, absl::FunctionRef<void(const Value&)> root) {
  if (text.size() > kMostBytes) return absl::InvalidArgumentError("JSON: the text is too long");
  // Later releases of simdjson pass over a byte order mark.
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) return absl::InvalidArgumentError("JSON: a byte order mark");
  std::unique_ptr<Buffers> buffers = idle != nullptr ? std::move(idle) : std::make_unique<Buffers>();
  buffers->Reserve(text.size());
  text.copy(buffers->padded.get(), text.size());
  std::string error;
  dom::element element;
  if (const auto parsed = buffers->parser.parse(buffers->padded.get(), text.size(), false).get(element);
      parsed != simdjson::SUCCESS) {
    error = absl::StrCat("JSON: ", simdjson::error_message(parsed));
  } else {
    root(Value(element, error));
  }
  if (buffers->capacity <= kKeptBytes) idle = std::move(buffers);
  return error.empty() ? absl::OkStatus() : absl::InvalidArgumentError(error);
}

}  // namespace ordermesh::json
