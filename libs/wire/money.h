// google.type.Money on the wire, integer minor units inside. Exact both ways.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/type/money.pb.h"
#include "libs/domain/money.h"

namespace ordermesh::wire {

// Of a currency that domain::MinorUnitsPerUnit doesn't know, a minor unit counts as a hundredth.
void MoneyToProto(std::int64_t minor, absl::string_view currency, google::type::Money& out);

// INVALID_ARGUMENT: an unknown currency, units and nanos of different signs, nanos out of range or finer than a minor
// unit. OUT_OF_RANGE: the minor units don't fit into 64 bits.
absl::StatusOr<domain::Money> MoneyFromProto(const google::type::Money& money);

}  // namespace ordermesh::wire
