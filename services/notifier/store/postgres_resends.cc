#include "services/notifier/store/postgres_resends.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/notifier/sql.h"

namespace ordermesh::notifier {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kStart = {"start_resend", sql::kStartResend};
constexpr Statement kFind = {"find_resend", sql::kFindResend};
constexpr Statement kGet = {"get_resend", sql::kGetResend};
constexpr Statement kAdvance = {"advance_resend", sql::kAdvanceResend};

Resend ReadRow(const Result& rows, int row) {
  Resend resend = {.id = rows.Uuid(row, 0),
                   .filter = {.error_contains = std::string(rows.Text(row, 1)),
                              .failed_from = rows.Timestamp(row, 2),
                              .failed_before = rows.Timestamp(row, 3),
                              .even_if_sent = rows.Bool(row, 4)},
                   .counted = rows.Bool(row, 5),
                   .matched = rows.Int8(row, 6),
                   .scheduled = rows.Int8(row, 7),
                   .created_at = rows.Timestamp(row, 8)};
  if (!rows.IsNull(row, 9)) resend.done_at = rows.Timestamp(row, 9);
  return resend;
}

}  // namespace

absl::StatusOr<Resend> PostgresResends::Start(const base::Uuid& id, absl::string_view request_id,
                                              const ResendFilter& filter) {
  Params params;
  params.Uuid(id).Text(request_id).Text(filter.error_contains).Timestamp(filter.failed_from);
  params.Timestamp(filter.failed_before).Bool(filter.even_if_sent);
  RETURN_IF_ERROR(db_.Execute(kStart, params).status());
  // In a statement of its own: one that lost against another can't see what that one wrote.
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kFind, Params().Text(request_id)));
  if (rows.rows() == 0) return absl::UnavailableError("the resend is gone again");
  Resend resend = ReadRow(rows, 0);
  if (resend.filter != filter)
    return absl::AlreadyExistsError("the request id was used for a resend with another filter");
  return resend;
}

absl::StatusOr<Resend> PostgresResends::Get(const base::Uuid& id) {
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kGet, Params().Uuid(id)));
  if (rows.rows() == 0) return absl::NotFoundError(absl::StrCat("resend ", id.ToString(), " is unknown"));
  return ReadRow(rows, 0);
}

absl::StatusOr<bool> PostgresResends::Advance(int limit) {
  ASSIGN_OR_RETURN(const Result rows, db_.Execute(kAdvance, Params().Int8(limit)));
  return rows.rows() > 0;
}

}  // namespace ordermesh::notifier
