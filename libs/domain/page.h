// Pages of lists (AIP-158): sizes, in rows and in bytes, and tokens that say where the next page starts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::domain {

inline constexpr int kDefaultPageSize = 20;
inline constexpr int kMaxPageSize = 100;
inline constexpr int kMaxSkip = 10'000;
inline constexpr int kMaxTotalSize = 10'000;  // counting stops there
// In Protobuf's binary form. A message has at most 4 MiB, and as JSON the edge buffers a multiple of this.
inline constexpr std::size_t kMaxPageBytes = 1 << 20;

// The size to use: the default for 0, the maximum for more. INVALID_ARGUMENT, PAGE_SIZE_NEGATIVE.
absl::StatusOr<int> PageSize(std::int32_t asked);
// INVALID_ARGUMENT, SKIP_OUT_OF_RANGE: negative or more than kMaxSkip.
absl::StatusOr<int> Skip(std::int32_t asked);

// How many of `rows`, from the first, are a page: at most `most_rows`, and as many as have `max_bytes` together; one at
// least when there is one, so that a list never stands still. `bytes_of` is BytesAtMost of a row.
template <class Rows, class BytesOf>
std::size_t RowsOfPage(const Rows& rows, std::size_t most_rows, std::size_t max_bytes, BytesOf bytes_of) {
  std::size_t count = 0, bytes = 0;
  for (const auto& row : rows) {
    bytes += bytes_of(row);
    if (count == most_rows || (count > 0 && bytes > max_bytes)) break;
    ++count;
  }
  return count;
}

// The last row of a page; lists are sorted by both, newest first.
struct PagePosition {
  absl::Time time;  // as the database has it, to the microsecond
  base::Uuid id;

  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

// The token of the page after `last` of one query. `query`: the name of the list and then everything that chooses its
// rows (caller, filters), always in the same order; not the page's size.
std::string MakePageToken(const PagePosition& last, std::initializer_list<absl::string_view> query);

// INVALID_ARGUMENT, PAGE_TOKEN_INVALID: it was made by another query or version, or changed on the way.
absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, std::initializer_list<absl::string_view> query);

}  // namespace ordermesh::domain
