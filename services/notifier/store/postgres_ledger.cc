#include "services/notifier/store/postgres_ledger.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "libs/base/status.h"
#include "services/notifier/sql.h"

namespace ordermesh::notifier {
namespace {

using postgres::Array;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kEnter = {"enter_notifications", sql::kEnterNotifications};
constexpr Statement kClaim = {"claim_due", sql::kClaimDue};
constexpr Statement kMarkSent = {"mark_sent", sql::kMarkSent};
constexpr Statement kMarkNotSent = {"mark_not_sent", sql::kMarkNotSent};
constexpr Statement kRelease = {"release_claims", sql::kReleaseClaims};
constexpr Statement kExpire = {"expire_unreached", sql::kExpireUnreached};
constexpr Statement kRescue = {"rescue_orphans", sql::kRescueOrphans};
constexpr Statement kDue = {"count_due", sql::kCountDue};
constexpr Statement kUnblock = {"unblock", sql::kUnblock};
constexpr Statement kPrune = {"prune_notifications", sql::kPruneNotifications};

// What a transaction may last: statement_timeout, and room.
constexpr absl::Duration kLongestTransaction = absl::Seconds(15);

// How many more than it may claim a look takes in, so that a few that are blocked don't hide those behind them; and how
// often one call looks while it finds blocked ones: an update may leave tens of thousands.
constexpr int kLookBeyond = 64, kMostLooks = 50;

// The column `order_id` of what a statement changed.
Array OrdersOf(const Result& rows, int column) {
  Array ids(Type::kUuid);
  for (int row = 0; row < rows.rows(); ++row) ids.Add(rows.Uuid(row, column));
  return ids;
}

std::string TextOrEmpty(const Result& result, int row, int column) {
  return result.IsNull(row, column) ? std::string() : std::string(result.Text(row, column));
}

bool BoolOrFalse(const Result& result, int row, int column) {
  return !result.IsNull(row, column) && result.Bool(row, column);
}

ClaimedNotification ReadClaim(const Result& rows, int row, Channel channel, base::SteadyTime lease_end) {
  return {.id = rows.Uuid(row, 0),
          .claim = rows.Int4(row, 1),
          .attempt = rows.Int4(row, 2),
          .channel = channel,
          .event = {.id = rows.Uuid(row, 3),
                    .type = std::string(rows.Text(row, 4)),
                    .order_id = rows.Uuid(row, 5),
                    .order_version = rows.Int8(row, 6),
                    .payload = std::string(rows.Text(row, 7)),
                    .traceparent = std::string(rows.Text(row, 8))},
          .contact = TextOrEmpty(rows, row, 10),
          .wants_updates = BoolOrFalse(rows, row, 11),
          .created_at = rows.Timestamp(row, 9),
          .lease_end = lease_end};
}

struct Keyed {
  base::Uuid id;
  int index;
};

// Sorted by id, because batches that cross would deadlock.
std::vector<Keyed> SortedById(absl::Span<const NewNotification> notifications) {
  std::vector<Keyed> keyed;
  keyed.reserve(notifications.size());
  for (const NewNotification& n : notifications) {
    keyed.push_back({NotificationId(n.event->id, n.channel, RecipientOf(n.channel)), static_cast<int>(keyed.size())});
  }
  std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) { return a.id < b.id; });
  return keyed;
}

}  // namespace

PostgresLedger::PostgresLedger(postgres::ConnectionOptions connection, LedgerOptions options, base::Timer& timer)
    : options_(options), timer_(timer), db_(std::move(connection)) {}

absl::StatusOr<Entered> PostgresLedger::Enter(absl::Span<const NewNotification> notifications) {
  Entered entered;
  if (notifications.empty()) return entered;
  const std::vector<Keyed> keyed = SortedById(notifications);
  Array ids(Type::kUuid), events(Type::kUuid), types(Type::kText), orders(Type::kUuid), versions(Type::kInt8),
      channels(Type::kInt4), recipients(Type::kText), payloads(Type::kBytea), traces(Type::kText), claims(Type::kBool);
  for (const Keyed& key : keyed) {
    const NewNotification& n = notifications[key.index];
    ids.Add(key.id);
    events.Add(n.event->id);
    types.Add(n.event->type);
    orders.Add(n.event->order_id);
    versions.Add(n.event->order_version);
    channels.AddInt4(static_cast<int>(n.channel));
    recipients.Add(RecipientOf(n.channel));
    payloads.Add(n.keep_payload ? absl::string_view(n.event->payload) : absl::string_view());
    traces.Add(n.event->traceparent);
    claims.AddBool(n.claim);
  }
  Params params;
  params.Array(ids).Array(events).Array(types).Array(orders).Array(versions).Array(channels);
  params.Array(recipients).Array(payloads).Array(traces).Array(claims).Int8(absl::ToInt64Milliseconds(options_.lease));
  params.Int8(absl::ToInt64Milliseconds(options_.gap_wait));

  const base::SteadyTime lease_end = timer_.SteadyNow() + options_.lease;
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kEnter, params));
  entered.inserted = rows.rows();

  absl::flat_hash_map<base::Uuid, int> index_of;
  index_of.reserve(keyed.size());
  for (const Keyed& key : keyed) index_of.try_emplace(key.id, key.index);
  std::vector<std::pair<int, ClaimedNotification>> claimed;
  Array blocked(Type::kUuid);
  for (int row = 0; row < rows.rows(); ++row) {
    if (rows.Bool(row, 4)) blocked.Add(rows.Uuid(row, 5));
    const int claim = rows.Int4(row, 1);
    if (claim == 0) continue;
    const base::Uuid id = rows.Uuid(row, 0);
    const int index = index_of[id];
    const NewNotification& n = notifications[index];
    claimed.emplace_back(index, ClaimedNotification{.id = id,
                                                    .claim = claim,
                                                    .attempt = 1,
                                                    .channel = n.channel,
                                                    .event = *n.event,
                                                    .contact = TextOrEmpty(rows, row, 3),
                                                    .wants_updates = BoolOrFalse(rows, row, 6),
                                                    .created_at = rows.Timestamp(row, 2),
                                                    .lease_end = lease_end});
  }
  std::sort(claimed.begin(), claimed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  entered.claimed.reserve(claimed.size());
  for (auto& [index, notification] : claimed) entered.claimed.push_back(std::move(notification));
  Unblock(blocked);
  return entered;
}

absl::StatusOr<std::vector<ClaimedNotification>> PostgresLedger::ClaimDue(Channel channel, int limit) {
  std::vector<ClaimedNotification> claimed;
  for (int look = 0; look < kMostLooks && static_cast<int>(claimed.size()) < limit; ++look) {
    const int wanted = limit - static_cast<int>(claimed.size());
    Params params;
    params.Int4(static_cast<int>(channel)).Int8(wanted).Int8(absl::ToInt64Milliseconds(options_.lease));
    params.Int8(absl::ToInt64Milliseconds(options_.gap_wait)).Int8(wanted + kLookBeyond);
    params.Int8(absl::ToInt64Milliseconds(options_.recheck));
    const base::SteadyTime lease_end = timer_.SteadyNow() + options_.lease;
    const absl::StatusOr<Result> rows = db_.Execute(kClaim, params);
    if (!rows.ok()) {
      // What is claimed already must not wait for the end of its lease.
      if (claimed.empty()) return rows.status();
      break;
    }
    Array blocked(Type::kUuid);
    for (int row = 0; row < rows->rows(); ++row) {
      if (rows->Int4(row, 1) == 0) {
        blocked.Add(rows->Uuid(row, 5));
      } else {
        claimed.push_back(ReadClaim(*rows, row, channel, lease_end));
      }
    }
    Unblock(blocked);
    if (blocked.size() == 0) break;
  }
  return claimed;
}

absl::StatusOr<int> PostgresLedger::MarkAll(absl::Span<const Mark> marks) {
  Array sent_ids(Type::kUuid), sent_claims(Type::kInt4);
  Array ids(Type::kUuid), claims(Type::kInt4), states(Type::kInt4), retries(Type::kInt8), errors(Type::kText),
      counts(Type::kBool);
  for (const Mark& mark : marks) {
    if (mark.state == State::kSent) {
      sent_ids.Add(mark.id);
      sent_claims.AddInt4(mark.claim);
    } else {
      ids.Add(mark.id);
      claims.AddInt4(mark.claim);
      states.AddInt4(static_cast<int>(mark.state));
      retries.Add(absl::ToInt64Milliseconds(mark.retry_after));
      errors.Add(mark.error);
      counts.AddBool(mark.counts);
    }
  }
  std::int64_t done = 0;
  if (sent_ids.size() > 0) {
    ASSIGN_OR_RETURN(const Result result, db_.Execute(kMarkSent, Params().Array(sent_ids).Array(sent_claims)));
    done += result.rows();
    Unblock(OrdersOf(result, 0));
  }
  if (ids.size() > 0) {
    ASSIGN_OR_RETURN(
        const Result result,
        db_.Execute(kMarkNotSent,
                    Params().Array(ids).Array(claims).Array(states).Array(retries).Array(errors).Array(counts)));
    done += result.rows();
    Unblock(OrdersOf(result, 0));
  }
  return static_cast<int>(static_cast<std::int64_t>(marks.size()) - done);
}

absl::Status PostgresLedger::Release(absl::Span<const ClaimedNotification> notifications) {
  if (notifications.empty()) return absl::OkStatus();
  Array ids(Type::kUuid), claims(Type::kInt4);
  for (const ClaimedNotification& notification : notifications) {
    ids.Add(notification.id);
    claims.AddInt4(notification.claim);
  }
  return db_.Execute(kRelease, Params().Array(ids).Array(claims)).status();
}

absl::StatusOr<std::int64_t> PostgresLedger::ExpireDue(Channel channel, absl::Duration age, int limit) {
  Params params;
  params.Int4(static_cast<int>(channel)).Int8(absl::ToInt64Milliseconds(age)).Int8(limit);
  ASSIGN_OR_RETURN(const Result result, db_.Execute(kExpire, params));
  Unblock(OrdersOf(result, 0));
  return result.rows();
}

void PostgresLedger::Unblock(Array order_ids) {
  if (order_ids.size() == 0) return;
  const std::int64_t gap_wait = absl::ToInt64Milliseconds(options_.gap_wait);
  db_.Execute(kUnblock, Params().Array(order_ids).Int8(gap_wait)).IgnoreError();
}

absl::StatusOr<int> PostgresLedger::RescueOrphans() {
  Params params;
  // A row shows up at the latest when the longest transaction could have ended; mostly the lease is longer than that,
  // and each row is looked at once.
  const absl::Duration margin = std::max(absl::ZeroDuration(), kLongestTransaction - options_.lease);
  params.Int8(absl::ToInt64Milliseconds(options_.lease)).Int8(absl::ToInt64Milliseconds(margin));
  ASSIGN_OR_RETURN(const Result result, db_.Execute(kRescue, params));
  return static_cast<int>(result.affected());
}

absl::StatusOr<std::vector<Backlog>> PostgresLedger::Due() {
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kDue, Params().Int8(Backlog::kMaxCounted)));
  std::vector<Backlog> due;
  for (int row = 0; row < rows.rows(); ++row) {
    due.push_back({.channel = static_cast<Channel>(rows.Int4(row, 0)),
                   .due = rows.Int8(row, 1),
                   .oldest = absl::Milliseconds(rows.Int8(row, 2))});
  }
  return due;
}

absl::StatusOr<std::int64_t> PostgresLedger::Prune(absl::Duration age, int limit) {
  Params params;
  params.Int8(absl::ToInt64Milliseconds(age)).Int8(limit);
  ASSIGN_OR_RETURN(const Result result, db_.Execute(kPrune, params));
  return result.affected();
}

}  // namespace ordermesh::notifier
