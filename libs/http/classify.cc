#include "libs/http/classify.h"

namespace ordermesh::http {
namespace {

absl::StatusCode CodeOf(Kind kind, int status) {
  switch (kind) {
    case Kind::kDone:
      return absl::StatusCode::kOk;
    case Kind::kUnreachable:
    case Kind::kUntrusted:
    case Kind::kLost:
    case Kind::kBroken:
      return absl::StatusCode::kUnavailable;
    case Kind::kBusy:
      return status == 429 ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable;
    case Kind::kTimedOut:
      return absl::StatusCode::kDeadlineExceeded;
    case Kind::kTooLarge:
      return absl::StatusCode::kResourceExhausted;
    case Kind::kStopped:
      return absl::StatusCode::kCancelled;
    case Kind::kInvalid:
      return absl::StatusCode::kInvalidArgument;
    case Kind::kRedirected:
      return absl::StatusCode::kFailedPrecondition;
    case Kind::kRefused:
      break;
  }
  switch (status) {
    case 400:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 410:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAborted;
    case 416:
      return absl::StatusCode::kOutOfRange;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

}  // namespace

Kind KindOfStatus(int status) {
  if (status >= 200 && status < 300) return Kind::kDone;
  if (status == 408 || status == 429 || status == 503) return Kind::kBusy;
  if (status >= 500) return Kind::kBroken;
  return status < 400 ? Kind::kRedirected : Kind::kRefused;
}

Kind KindOfFailure(CURLcode code, bool sent) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Kind::kTimedOut;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return Kind::kUnreachable;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      return Kind::kUntrusted;
    case CURLE_URL_MALFORMAT:
      return Kind::kInvalid;
    case CURLE_UNSUPPORTED_PROTOCOL:  // of the URL, or what came is not HTTP
      return sent ? Kind::kLost : Kind::kInvalid;
    case CURLE_TOO_MANY_REDIRECTS:
      return Kind::kRedirected;
    default:
      return Kind::kLost;
  }
}

absl::Status ToStatus(Kind kind, int status, absl::string_view what) {
  return absl::Status(CodeOf(kind, status), what);
}

bool MaySendAgain(Kind kind, bool repeatable) {
  switch (kind) {
    case Kind::kUnreachable:
    case Kind::kBusy:
      return true;
    case Kind::kLost:
    case Kind::kTimedOut:
    case Kind::kBroken:
      return repeatable;
    default:
      return false;
  }
}

}  // namespace ordermesh::http
