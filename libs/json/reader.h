// Reads JSON (RFC 8259): checks the whole text first, by simdjson, then hands out its values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace simdjson::dom {
class element;
}

namespace ordermesh::json {

// Of a text: as many as RabbitMQ takes by default.
inline constexpr std::size_t kMostBytes = std::size_t{16} << 20;
// Of arrays and objects in each other; an empty one doesn't count.
inline constexpr int kMostDepth = 32;

// A value of the text that is being read. It goes away when the callback returns that it was handed to.
//
// After the first error of a text, every value of it reads as empty or zero, and no callback is called any more.
class Value {
 public:
  // `field` for each field that is not null, in the text's order; so where a name comes twice, whoever assigns keeps
  // the last. What it doesn't read is passed over. The name goes away with the value.
  void Object(absl::FunctionRef<void(absl::string_view name, const Value& value)> field) const;
  // `element` for each element, nulls too.
  void Array(absl::FunctionRef<void(const Value& element)> element) const;
  // Valid UTF-8, perhaps with U+0000.
  std::string String() const;
  // An integer, or a string that holds one: 64-bit integers are strings in Protobuf's JSON.
  std::int64_t Int64() const;
  std::int32_t Int32() const;
  bool Bool() const;
  bool IsString() const;

  // Refuses the text because of this value. `why` must not repeat what the text says.
  void Fail(absl::string_view why) const;
  // Whether nothing was refused so far.
  bool ok() const { return error_.empty(); }

 private:
  friend absl::Status Read(absl::string_view, absl::FunctionRef<void(const Value&)>);

  explicit Value(const simdjson::dom::element& element, std::string& error) : element_(element), error_(error) {}
  Value(const simdjson::dom::element& element, const Value& parent, absl::string_view name, std::size_t index)
      : element_(element), error_(parent.error_), parent_(&parent), name_(name), index_(index) {}

  std::string Place() const;  // "lines[1].quantity"

  const simdjson::dom::element& element_;
  std::string& error_;  // the text's first; empty: none
  const Value* parent_ = nullptr;
  absl::string_view name_;  // in the parent; empty: an element, by index
  std::size_t index_ = 0;
};

// Calls `root` with the text's value, once all of the text is known to be JSON in UTF-8, within the limits above, its
// numbers within 64-bit integers or doubles. INVALID_ARGUMENT, with the reason and the names that lead to the place but
// never a value: it is not, or `root` refused it. Each thread keeps the buffers of its last text, unless it was large.
absl::Status Read(absl::string_view text, absl::FunctionRef<void(const Value& root)> root);

}  // namespace ordermesh::json
