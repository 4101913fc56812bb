#include "services/notifier/store/postgres_notification_store.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/notifier/sql.h"

namespace ordermesh::notifier {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kListOfOrder = {"list_notifications_of_order", sql::kListNotificationsOfOrder};
constexpr Statement kList = {"list_notifications", sql::kListNotifications};
constexpr Statement kListSent = {"list_sent_notifications", sql::kListSentNotifications};
constexpr Statement kListFailed = {"list_failed_notifications", sql::kListFailedNotifications};
constexpr Statement kListPending = {"list_pending_notifications", sql::kListPendingNotifications};
constexpr Statement kResend = {"resend_notification", sql::kResendNotification};
constexpr Statement kGetState = {"get_notification_state", sql::kGetNotificationState};

std::optional<absl::Time> TimeOrNone(const Result& rows, int row, int column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return rows.Timestamp(row, column);
}

StoredNotification ReadRow(const Result& rows, int row) {
  return {.id = rows.Uuid(row, 0),
          .event_id = rows.Uuid(row, 1),
          .order_id = rows.Uuid(row, 2),
          .event_type = std::string(rows.Text(row, 3)),
          .channel = static_cast<Channel>(rows.Int4(row, 4)),
          .state = static_cast<State>(rows.Int4(row, 5)),
          .attempts = rows.Int4(row, 6),
          .next_attempt = TimeOrNone(rows, row, 7),
          .last_error = std::string(rows.Text(row, 8)),
          .created_at = rows.Timestamp(row, 9),
          .sent_at = TimeOrNone(rows, row, 10)};
}

// Behind the newest row that can be.
api::TimeAndId Beginning() {
  std::array<std::uint8_t, base::Uuid::kBytes> last;
  last.fill(0xff);
  return {absl::FromCivil(absl::CivilSecond(9999, 1, 1), absl::UTCTimeZone()), base::Uuid(last)};
}

}  // namespace

absl::StatusOr<std::vector<StoredNotification>> PostgresNotificationStore::List(const NotificationQuery& query) {
  const api::TimeAndId after = query.after.value_or(Beginning());
  Params params;
  const Statement* statement = &kList;
  if (query.order_id) {
    statement = &kListOfOrder;
    params.Uuid(*query.order_id).Int4(query.state ? static_cast<int>(*query.state) : 0);
  } else if (query.state) {
    statement = *query.state == State::kSent     ? &kListSent
                : *query.state == State::kFailed ? &kListFailed
                                                 : &kListPending;
  }
  params.Timestamp(after.time).Uuid(after.id).Int8(query.limit);
  if (statement == &kListPending) params.Int8(absl::ToInt64Milliseconds(2 * lease_));
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(*statement, params));
  std::vector<StoredNotification> page;
  page.reserve(rows.rows());
  for (int row = 0; row < rows.rows(); ++row) page.push_back(ReadRow(rows, row));
  return page;
}

absl::StatusOr<StoredNotification> PostgresNotificationStore::Resend(const base::Uuid& id, bool even_if_sent) {
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kResend, Params().Uuid(id).Bool(even_if_sent)));
  if (rows.rows() == 1) return ReadRow(rows, 0);
  ASSIGN_OR_RETURN(const Result found, db_.Execute(kGetState, Params().Uuid(id)));
  const std::string name = absl::StrCat("notification ", id.ToString());
  if (found.rows() == 0) return absl::NotFoundError(absl::StrCat(name, " is unknown"));
  if (!even_if_sent && found.Int4(0, 0) == static_cast<int>(State::kSent)) {
    return absl::AlreadyExistsError(absl::StrCat(name, " was sent; set even_if_sent to send it once more"));
  }
  return absl::FailedPreconditionError(absl::StrCat(name, " is being sent just now, or was not tried yet"));
}

}  // namespace ordermesh::notifier
