// Pages of lists (AIP-158): sizes in rows and in bytes, positions, and the tokens that say where a page begins.
//
//   ASSIGN_OR_RETURN(const Paging paging,
//                    ReadPaging({request.page_size(), request.page_token()},
//                    ListQuery("products").Add(request.brand()),
//                               {KeyKind::kText, KeyKind::kUuid}));
//   rows: those behind paging.from, in the list's order, at most paging.limit()
//   PageOf(std::move(rows), paging, BytesAtMost, [](const Product& row) { return PageKeys{row.name, row.id}; });
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "libs/domain/codec.h"

namespace ordermesh::api {

inline constexpr int kDefaultPageSize = 20;
inline constexpr int kMaxPageSize = 100;
inline constexpr int kMaxSkip = 10'000;
inline constexpr int kMaxTotalSize = 10'000;  // counting stops there
// In Protobuf's binary form. A message has at most 4 MiB, and as JSON the edge buffers a multiple of this.
inline constexpr std::size_t kMaxPageBytes = 1 << 20;
// A token whose position is a time and an id has less than 128 bytes. Text makes it longer: of all that we sort by, a
// product's name is the longest, 800 bytes.
inline constexpr std::size_t kMaxPageTokenBytes = 2048;

// The size to use: the default for 0, the maximum for more. INVALID_ARGUMENT, PAGE_SIZE_NEGATIVE.
absl::StatusOr<int> PageSize(std::int32_t asked);
// INVALID_ARGUMENT, SKIP_OUT_OF_RANGE: negative or more than kMaxSkip.
absl::StatusOr<int> Skip(std::int32_t asked);

// How many of `rows`, from the first, are a page: at most `most_rows`, and as many as have `max_bytes` together; one at
// least when there is one, so that a list never stands still. `bytes_of` gives what a row has at most.
template <class Rows, class BytesOf>
std::size_t RowsOfPage(const Rows& rows, std::size_t most_rows, std::size_t max_bytes, BytesOf bytes_of) {
  std::size_t count = 0, bytes = 0;
  for (const auto& row : rows) {
    if (count == most_rows) break;
    bytes += bytes_of(row);
    if (count > 0 && bytes > max_bytes) break;
    ++count;
  }
  return count;
}

// What a list is sorted by, of one row: its columns' values in their order. Together they are unique. Times are as the
// database has them, to the microsecond.
using PageKey = std::variant<std::string, std::int64_t, absl::Time, base::Uuid>;
using PageKeys = std::vector<PageKey>;
enum class KeyKind : std::size_t { kText, kNumber, kTime, kUuid };  // as in PageKey

// Between which rows a page begins.
struct PagePosition {
  PageKeys keys;  // of the row beside it, which is not on the page
  // The page ends before that row: its rows are read in the opposite order, the nearest first.
  bool backwards = false;

  friend bool operator==(const PagePosition&, const PagePosition&) = default;
};

// The keys of lists that are sorted by a time and then an id.
struct TimeAndId {
  static constexpr std::array<KeyKind, 2> kKinds = {KeyKind::kTime, KeyKind::kUuid};

  absl::Time time;
  base::Uuid id;

  PageKeys keys() const { return {time, id}; }
  // Nothing of nothing. The position is one that was read as of kKinds.
  static std::optional<TimeAndId> Of(const std::optional<PagePosition>& position);

  friend bool operator==(const TimeAndId&, const TimeAndId&) = default;
};

// Everything that chooses a list's rows (caller, filters) and their order; not the page's size. A token serves only the
// query that it was made for. Whoever makes and whoever reads it adds the same things in the same order.
class ListQuery {
 public:
  explicit ListQuery(absl::string_view list) { Add(list); }

  ListQuery& Add(absl::string_view text);
  ListQuery& Add(std::int64_t number);
  ListQuery& Add(const std::optional<absl::Time>& time);
  ListQuery& Add(const std::optional<base::Uuid>& id);

  const std::string& bytes() const { return parts_.bytes(); }

 private:
  domain::ByteWriter parts_;
};

// The token of the page that begins at `position`.
std::string MakePageToken(const PagePosition& position, const ListQuery& query);

// Whether a list can be read backwards, too.
enum class Ways { kForwards, kBoth };

// INVALID_ARGUMENT, PAGE_TOKEN_INVALID: it was made by another query or version, or changed on the way, or its keys are
// not of these kinds. Its text is UTF-8 without U+0000, its times are of the years 1 to 9999.
absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, const ListQuery& query,
                                           absl::Span<const KeyKind> kinds, Ways ways = Ways::kForwards);

// What a client asks.
struct PageRequest {
  std::int32_t page_size = 0;
  absl::string_view page_token;  // empty: the first page
  std::int32_t skip = 0;
};

// What to read.
struct Paging {
  ListQuery query;
  Ways ways = Ways::kForwards;
  std::optional<PagePosition> from;  // nothing: the list's beginning
  int size = kDefaultPageSize;       // rows of the page
  int skip = 0;                      // rows to pass over before it

  // How many rows to read: one more than the page has tells whether another follows.
  int limit() const { return size + 1; }
  bool backwards() const { return from.has_value() && from->backwards; }
};

// INVALID_ARGUMENT: PAGE_SIZE_NEGATIVE, SKIP_OUT_OF_RANGE, or as ReadPageToken.
absl::StatusOr<Paging> ReadPaging(const PageRequest& request, ListQuery query, absl::Span<const KeyKind> kinds,
                                  Ways ways = Ways::kForwards);

template <class Row>
struct Page {
  std::vector<Row> rows;            // in the list's order
  std::string next_page_token;      // empty: it is the last
  std::string previous_page_token;  // empty: it is the first, or the list is only read forwards
};

// Cuts what was read for `paging` to a page, by number and by bytes. `rows` are in the order in which they were read; a
// store that reads no further than `max_bytes` has read two at least, when there are two, and the one that brings them
// beyond it. `bytes_of` gives a row's bytes on the wire, at most; it is called once for each row of the page, in the
// order read, and perhaps for the row behind. `keys_of` gives its PageKeys.
template <class Row, class BytesOf, class KeysOf>
Page<Row> PageOf(std::vector<Row> rows, const Paging& paging, BytesOf bytes_of, KeysOf keys_of,
                 std::size_t max_bytes = kMaxPageBytes) {
  const std::size_t count = RowsOfPage(rows, static_cast<std::size_t>(paging.size), max_bytes, bytes_of);
  const bool more = count < rows.size();
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end());
  const bool backwards = paging.backwards();
  if (backwards) std::reverse(rows.begin(), rows.end());

  Page<Row> page{std::move(rows), {}, {}};
  if (page.rows.empty()) return page;
  // Whoever goes backwards came from the next page; whoever goes on or skips has rows before.
  if (backwards || more) page.next_page_token = MakePageToken({keys_of(page.rows.back()), false}, paging.query);
  if (paging.ways == Ways::kBoth && (backwards ? more : paging.from.has_value() || paging.skip > 0)) {
    page.previous_page_token = MakePageToken({keys_of(page.rows.front()), true}, paging.query);
  }
  return page;
}

}  // namespace ordermesh::api
