// Pages of lists (AIP-158): sizes, and tokens that say where the next page starts.
#pragma once

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

// The size to use: the default for 0, the maximum for more. INVALID_ARGUMENT, PAGE_SIZE_NEGATIVE.
absl::StatusOr<int> PageSize(std::int32_t asked);
// INVALID_ARGUMENT, SKIP_OUT_OF_RANGE: negative or more than kMaxSkip.
absl::StatusOr<int> Skip(std::int32_t asked);

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
