#include "libs/postgres/result.h"

#include <libpq-fe.h>

#include <array>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/postgres/encoding.h"
#include "libs/postgres/invariant.h"
#include "libs/postgres/types.h"

namespace ordermesh::postgres {
namespace {

// Types that Text reads and Int8 widens, beside those that we send.
constexpr Oid kInt2 = 21, kName = 19, kJson = 114, kVarchar = 1043, kBpchar = 1042;
constexpr Oid Number(Type type) { return static_cast<Oid>(type); }

std::string Where(const PGresult* result, int row, int column) {
  const char* name = result == nullptr ? nullptr : PQfname(result, column);
  return absl::StrCat("row ", row, ", column ", column, " (", name == nullptr ? "there is none" : name, ")");
}

}  // namespace

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

Result::Result(pg_result* owned) : result_(owned) {}

int Result::rows() const { return result_ == nullptr ? 0 : PQntuples(result_.get()); }

std::int64_t Result::affected() const {
  std::int64_t count = 0;
  // Empty for a command that touches no rows.
  if (result_ == nullptr || !absl::SimpleAtoi(PQcmdTuples(result_.get()), &count)) return 0;
  return count;
}

void Result::CheckPlace(int row, int column) const {
  if (row < 0 || row >= rows() || column < 0 || column >= PQnfields(result_.get())) {
    BrokenInvariant(absl::StrCat("result: ", Where(result_.get(), row, column), " is outside ", rows(), " rows"));
  }
}

bool Result::IsNull(int row, int column) const {
  CheckPlace(row, column);
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::uint32_t Result::TypeOf(int row, int column) const {
  if (IsNull(row, column)) {
    BrokenInvariant(absl::StrCat("result: ", Where(result_.get(), row, column), " is null; ask IsNull first"));
  }
  return PQftype(result_.get(), column);
}

void Result::WrongType(int row, int column, const char* wanted) const {
  BrokenInvariant(absl::StrCat("result: ", Where(result_.get(), row, column), " is ",
                               TypeName(PQftype(result_.get(), column)), ", read as ", wanted));
}

absl::string_view Result::Cell(int row, int column, std::uint32_t type, int size) const {
  if (TypeOf(row, column) != type || PQgetlength(result_.get(), row, column) != size) {
    WrongType(row, column, TypeName(type));
  }
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(size)};
}

bool Result::Bool(int row, int column) const { return Cell(row, column, Number(Type::kBool), 1)[0] != 0; }

std::int32_t Result::Int4(int row, int column) const {
  if (TypeOf(row, column) == kInt2) {
    return static_cast<std::int16_t>(GetBigEndian<std::uint16_t>(Cell(row, column, kInt2, 2).data()));
  }
  return static_cast<std::int32_t>(GetBigEndian<std::uint32_t>(Cell(row, column, Number(Type::kInt4), 4).data()));
}

std::int64_t Result::Int8(int row, int column) const {
  const Oid type = TypeOf(row, column);
  if (type == kInt2 || type == Number(Type::kInt4)) return Int4(row, column);
  return static_cast<std::int64_t>(GetBigEndian<std::uint64_t>(Cell(row, column, Number(Type::kInt8), 8).data()));
}

std::uint64_t Result::Xid8(int row, int column) const {
  return GetBigEndian<std::uint64_t>(Cell(row, column, Number(Type::kXid8), 8).data());
}

base::Uuid Result::Uuid(int row, int column) const {
  const absl::string_view cell = Cell(row, column, Number(Type::kUuid), base::Uuid::kBytes);
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  std::memcpy(bytes.data(), cell.data(), bytes.size());
  return base::Uuid(bytes);
}

absl::Time Result::Timestamp(int row, int column) const {
  const absl::string_view cell = Cell(row, column, Number(Type::kTimestamptz), 8);
  return TimestampFromWire(static_cast<std::int64_t>(GetBigEndian<std::uint64_t>(cell.data())));
}

absl::string_view Result::Text(int row, int column) const {
  const Oid type = TypeOf(row, column);
  absl::string_view cell(PQgetvalue(result_.get(), row, column),
                         static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
  switch (type) {
    case Number(Type::kJsonb):
      cell.remove_prefix(1);
      return cell;
    case Number(Type::kText):
    case Number(Type::kBytea):
    case kVarchar:
    case kBpchar:
    case kName:
    case kJson:
      return cell;
    default:
      WrongType(row, column, "text");
  }
}

}  // namespace ordermesh::postgres
