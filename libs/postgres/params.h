// Parameters of a statement, in binary form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "libs/postgres/types.h"

namespace ordermesh::postgres {

// A one-dimensional array parameter, filled element by element: `unnest($1::uuid[], …)` takes a batch in one statement.
// Reusable after Clear. Adding a value of another type than the element's is our own broken invariant and ends the
// process.
class Array {
 public:
  explicit Array(Type element);

  void Clear();
  void Reserve(int elements, int bytes_each);
  void Add(std::int64_t value);          // kInt8 and kXid8
  void AddInt4(std::int32_t value);      // kInt4
  void Add(absl::string_view value);     // kText, kBytea
  void Add(const base::Uuid& value);     // kUuid
  void Add(absl::Time value);            // kTimestamptz
  void AddBool(bool value);              // kBool
  void AddJson(absl::string_view json);  // kJsonb
  void AddNull();

  int size() const { return count_; }
  Type element() const { return element_; }
  // The array's binary form; valid until the next change.
  absl::string_view Encode();

 private:
  void Put32(std::uint32_t value);

  Type element_;
  int count_ = 0;
  bool has_null_ = false;
  std::string bytes_;
};

// The parameters of one execution, $1 first.
class Params {
 public:
  Params& Int8(std::int64_t value);
  Params& Int4(std::int32_t value);
  Params& Bool(bool value);
  Params& Text(absl::string_view value);
  Params& Bytes(absl::string_view value);
  Params& Uuid(const base::Uuid& value);
  Params& Timestamp(absl::Time value);
  Params& Xid8(std::uint64_t value);
  Params& Json(absl::string_view json);
  Params& Null(Type type);
  Params& Array(class Array& array);  // copies its bytes

  int size() const { return static_cast<int>(offsets_.size()); }
  // Of the parameter with this index, from 0.
  std::uint32_t type(int index) const { return types_[index]; }
  bool is_null(int index) const { return lengths_[index] < 0; }
  absl::string_view value(int index) const;  // binary; valid until the next parameter; empty for null

 private:
  friend class Connection;
  Params& Append(Type type, bool is_array, absl::string_view bytes, bool null = false);
  std::string bytes_;
  std::vector<int> offsets_, lengths_;  // length -1: NULL
  std::vector<std::uint32_t> types_;
};

}  // namespace ordermesh::postgres
