#include "services/notifier/store/postgres_dead_letters.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/notifier/sql.h"
#include "services/notifier/store/dead_letter_headers.h"

namespace ordermesh::notifier {
namespace {

using postgres::Array;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kKeep = {"keep_dead_letters", sql::kKeepDeadLetters};
constexpr Statement kList = {"list_dead_letters", sql::kListDeadLetters};
constexpr Statement kGet = {"get_dead_letters", sql::kGetDeadLetters};
constexpr Statement kMarkRedriven = {"mark_redriven", sql::kMarkRedriven};
constexpr Statement kPrune = {"prune_dead_letters", sql::kPruneDeadLetters};

// What came from outside may hold what text columns refuse: that must not keep a dead letter from being kept.
std::string Storable(absl::string_view text) {
  std::string storable;
  for (char c : text)
    storable += static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e ? '?' : c;
  return storable;
}

DeadLetter ReadRow(const Result& rows, int row) {
  DeadLetter letter;
  letter.id = rows.Uuid(row, 0);
  letter.message_id = std::string(rows.Text(row, 1));
  letter.routing_key = std::string(rows.Text(row, 2));
  letter.reason = std::string(rows.Text(row, 3));
  letter.created_at = rows.Timestamp(row, 4);
  if (!rows.IsNull(row, 5)) letter.redriven_at = rows.Timestamp(row, 5);
  letter.body_bytes = rows.Int8(row, 6);
  return letter;
}

Array IdsOf(absl::Span<const base::Uuid> ids) {
  Array array(Type::kUuid);
  for (const base::Uuid& id : ids) array.Add(id);
  return array;
}

}  // namespace

absl::StatusOr<int> PostgresDeadLetters::Keep(absl::Span<const DeadLetter> letters) {
  if (letters.empty()) return 0;
  Array ids(Type::kUuid), messages(Type::kText), keys(Type::kText), contents(Type::kText), reasons(Type::kText),
      headers(Type::kJsonb), bodies(Type::kBytea);
  for (const DeadLetter& letter : letters) {
    ids.Add(letter.id);
    messages.Add(Storable(letter.message_id));
    keys.Add(Storable(letter.routing_key));
    contents.Add(Storable(letter.content_type));
    reasons.Add(letter.reason);
    headers.AddJson(HeadersToJson(letter.headers));
    bodies.Add(absl::string_view(letter.body));
  }
  Params params;
  params.Array(ids).Array(messages).Array(keys).Array(contents).Array(reasons).Array(headers).Array(bodies);
  ASSIGN_OR_RETURN(const Result result, db_.Execute(kKeep, params));
  return static_cast<int>(result.affected());
}

absl::StatusOr<std::vector<DeadLetter>> PostgresDeadLetters::List(const std::optional<api::TimeAndId>& after,
                                                                  int limit) {
  std::array<std::uint8_t, base::Uuid::kBytes> last;
  last.fill(0xff);
  const api::TimeAndId from = after.value_or(
      api::TimeAndId{absl::FromCivil(absl::CivilSecond(9999, 1, 1), absl::UTCTimeZone()), base::Uuid(last)});
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kList, Params().Timestamp(from.time).Uuid(from.id).Int8(limit)));
  std::vector<DeadLetter> letters;
  for (int row = 0; row < rows.rows(); ++row) letters.push_back(ReadRow(rows, row));
  return letters;
}

absl::StatusOr<std::vector<DeadLetter>> PostgresDeadLetters::Get(absl::Span<const base::Uuid> ids) {
  Array array = IdsOf(ids);
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kGet, Params().Array(array)));
  absl::flat_hash_map<base::Uuid, int> row_of;
  for (int row = 0; row < rows.rows(); ++row) row_of[rows.Uuid(row, 0)] = row;
  std::vector<DeadLetter> letters;
  for (const base::Uuid& id : ids) {
    const auto found = row_of.find(id);
    if (found == row_of.end()) return absl::NotFoundError(absl::StrCat("dead letter ", id.ToString(), " is unknown"));
    DeadLetter letter = ReadRow(rows, found->second);
    letter.content_type = std::string(rows.Text(found->second, 7));
    letter.headers = HeadersFromJson(rows.Text(found->second, 8));
    letter.body = std::string(rows.Text(found->second, 9));
    letters.push_back(std::move(letter));
  }
  return letters;
}

absl::Status PostgresDeadLetters::MarkRedriven(absl::Span<const base::Uuid> ids) {
  Array array = IdsOf(ids);
  return db_.Execute(kMarkRedriven, Params().Array(array)).status();
}

absl::StatusOr<std::int64_t> PostgresDeadLetters::Prune(absl::Duration age, int limit) {
  ASSIGN_OR_RETURN(const Result result, db_.Execute(kPrune, Params().Int8(absl::ToInt64Milliseconds(age)).Int8(limit)));
  return result.affected();
}

}  // namespace ordermesh::notifier
