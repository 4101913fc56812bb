// Filters of lists, as every list reads them. What can't be looked up by is refused: INVALID_ARGUMENT,
// FILTER_MALFORMED, with the field.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ordermesh::api {

// Text that is longer than `most_bytes`, or has U+0000, is refused. It is valid UTF-8, as all that Protobuf reads.
absl::Status CheckTextFilter(absl::string_view field, absl::string_view text, int most_bytes);
// The same in characters (code points).
absl::Status CheckTextFilterCharacters(absl::string_view field, absl::string_view text, int most_characters);

// The pattern of LIKE, with its own escape character \, for what begins with `prefix`.
std::string LikePrefix(absl::string_view prefix);

// What a list is to be sorted by.
struct ListOrder {
  std::size_t column = 0;  // its place in the list's columns
  bool descending = false;

  friend bool operator==(const ListOrder&, const ListOrder&) = default;
};

// "name", "name desc" (AIP-132), of these columns; the first, ascending, when `text` is empty.
absl::StatusOr<ListOrder> ReadListOrder(absl::string_view field, absl::string_view text,
                                        absl::Span<const absl::string_view> columns);

}  // namespace ordermesh::api
