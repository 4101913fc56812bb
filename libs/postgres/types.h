// PostgreSQL's built-in types that we send and read in binary form; the numbers are pg_type's.
#pragma once

#include <cstdint>

namespace ordermesh::postgres {

enum class Type : std::uint32_t {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt4 = 23,
  kText = 25,
  kUuid = 2950,
  kTimestamptz = 1184,
  kJsonb = 3802,
  kXid8 = 5069,
};

// The number of `element[]`.
std::uint32_t ArrayOf(Type element);

// The name as SQL writes it: "int8", "uuid[]"; in words for what this library does not know.
const char* TypeName(std::uint32_t type);

}  // namespace ordermesh::postgres
