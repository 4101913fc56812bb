#include "libs/postgres/types.h"

namespace ordermesh::postgres {
namespace {

struct Entry {
  std::uint32_t type, array;
  const char *name, *array_name;
};
// Those of `Type`, and those that a query may give although we don't ask for them.
constexpr Entry kTypes[] = {
    {16, 1000, "bool", "bool[]"},
    {17, 1001, "bytea", "bytea[]"},
    {20, 1016, "int8", "int8[]"},
    {21, 1005, "int2", "int2[]"},
    {23, 1007, "int4", "int4[]"},
    {25, 1009, "text", "text[]"},
    {114, 199, "json", "json[]"},
    {700, 1021, "float4", "float4[]"},
    {701, 1022, "float8", "float8[]"},
    {1043, 1015, "varchar", "varchar[]"},
    {1184, 1185, "timestamptz", "timestamptz[]"},
    {1700, 1231, "numeric", "numeric[]"},
    {2950, 2951, "uuid", "uuid[]"},
    {3802, 3807, "jsonb", "jsonb[]"},
    {5069, 271, "xid8", "xid8[]"},
};

}  // namespace

std::uint32_t ArrayOf(Type element) {
  for (const Entry& entry : kTypes) {
    if (entry.type == static_cast<std::uint32_t>(element)) return entry.array;
  }
  return 0;  // Not reached: every `Type` is in the table; types_test checks it.
}

const char* TypeName(std::uint32_t type) {
  for (const Entry& entry : kTypes) {
    if (entry.type == type) return entry.name;
    if (entry.array == type) return entry.array_name;
  }
  return "a type that this library does not read";
}

}  // namespace ordermesh::postgres
