#include "services/catalog/store/request_rows.h"

#include "libs/api/refusals.h"
#include "libs/base/status.h"
#include "services/catalog/sql.h"

namespace ordermesh::catalog {
namespace {

using postgres::Params;
using postgres::Result;

constexpr postgres::Statement kClaimRequest{"claim_request", sql::kClaimRequest};
constexpr postgres::Statement kGetRequest{"get_request", sql::kGetRequest};

Params Key(const Request& request) {
  return Params().Int4(static_cast<int>(request.kind)).Text(request.caller).Text(request.request_id);
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ClaimRequest(postgres::Connection& connection, const Request& request,
                                                        absl::string_view target, absl::string_view what) {
  ASSIGN_OR_RETURN(const Result claimed,
                   connection.Execute(kClaimRequest, Key(request).Bytes(request.fingerprint).Text(target)));
  if (claimed.rows() == 1) return std::nullopt;
  // A statement of its own: the one above may not see what it waited for.
  ASSIGN_OR_RETURN(const Result earlier, connection.Execute(kGetRequest, Key(request)));
  if (earlier.rows() != 1)
    return absl::InternalError("a request that was there is gone, and requests are never deleted");
  const absl::string_view fingerprint = earlier.Text(0, 0);
  if (!fingerprint.empty() && fingerprint != request.fingerprint) return api::IdempotencyKeyReused(what);
  return std::string(earlier.Text(0, 1));
}

}  // namespace ordermesh::catalog
