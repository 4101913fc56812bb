// The rows of a statement, in binary form.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"

struct pg_result;

namespace ordermesh::postgres {

// Columns are numbered from 0, as the SQL lists them. Reading a column as another type than it has, a null, or beyond
// the result, is our own broken invariant and ends the process with a message that names the column.
class Result {
 public:
  Result() = default;
  explicit Result(pg_result* owned);

  int rows() const;
  // How many rows an INSERT, UPDATE or DELETE touched.
  std::int64_t affected() const;

  bool IsNull(int row, int column) const;
  bool Bool(int row, int column) const;
  std::int32_t Int4(int row, int column) const;  // int4, int2
  std::int64_t Int8(int row, int column) const;  // int8, int4, int2
  std::uint64_t Xid8(int row, int column) const;
  base::Uuid Uuid(int row, int column) const;
  absl::Time Timestamp(int row, int column) const;
  // text, varchar, bytea, json, jsonb (without its version byte); valid as long as this result.
  absl::string_view Text(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  void CheckPlace(int row, int column) const;
  std::uint32_t TypeOf(int row, int column) const;  // of a value that is not null
  [[noreturn]] void WrongType(int row, int column, const char* wanted) const;
  absl::string_view Cell(int row, int column, std::uint32_t type, int size) const;
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace ordermesh::postgres
