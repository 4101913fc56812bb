// What a request is made of, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace ordermesh::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A body that is made while it is sent.
struct StreamedBody {
  // Writes its next bytes to `to`, at most `size`, and gives their number; 0: that was all. An error ends the request.
  using Reader = std::function<absl::StatusOr<std::size_t>(char* to, std::size_t size)>;

  std::function<Reader()> open;  // called whenever it is sent from its beginning
  std::int64_t bytes = 0;        // its length
};

// Of AWS Signature Version 4, as S3 and what speaks its protocol want it.
struct SigningKey {
  std::string access_key, secret_key;
  std::string session_token;  // empty: none
  std::string region = "us-east-1";
  std::string service = "s3";
};

struct Request {
  std::string method = "GET";
  std::string url;  // http or https; what isn't a name of ours is escaped by Escape or EscapePath
  Headers headers;
  // At most one of the two. `body` must outlive the call.
  absl::string_view body;
  std::optional<StreamedBody> streamed;
  // Sending it twice does no more than sending it once: it may be sent again also when nobody knows what became of it.
  bool repeatable = false;
  std::optional<SigningKey> sign;
  bool follow_redirects = false;  // of GET and HEAD only
  // Of a 2xx answer's body, before it is cut off; of others the first kMaxRefusalBytes are kept.
  std::int64_t max_reply_bytes = 1 << 20;
  // Takes the body of a 2xx answer as it comes, so that it need not fit in memory. An error ends the request with it.
  // Once it was called, nothing is sent again.
  std::function<absl::Status(absl::string_view)> on_body;
};

inline constexpr std::int64_t kMaxRefusalBytes = 64 << 10;

struct Reply {
  int status = 0;   // 0: none came
  Headers headers;  // their names in lower case
  std::string body;

  // The first header of that name, given in lower case; nullptr: there is none.
  const std::string* Find(absl::string_view name) const;
};

enum class Kind {
  kDone,         // 2xx
  kUnreachable,  // no connection came about: it was not sent
  kUntrusted,    // nor was it here: TLS could not be agreed on, or the certificate is not good
  kLost,         // the connection was lost, or what came is not HTTP: it may have been done
  kTimedOut,     // no answer, or no end of it, in time: it may have been done
  kRedirected,   // 3xx that was not followed
  kRefused,      // 4xx: the same again would be refused again
  kBusy,         // 408, 429, 503: later
  kBroken,       // the other 5xx
  kTooLarge,     // the answer is longer than was allowed
  kStopped,      // by the caller: the stop token, on_body, the streamed body
  kInvalid,      // the request can't be sent as it is
};

// How a request ended. The text of `status` names the server and never what else the URL, the headers or a body hold.
//   kInvalidArgument    kInvalid; refused with 400 or 422
//   kUnauthenticated, kPermissionDenied, kNotFound, kAborted, kFailedPrecondition, kOutOfRange
//                       refused with 401; 403; 404 or 410; 409; 412 and others, redirects; 416
//   kUnavailable        unreachable, untrusted, lost, busy, broken
//   kResourceExhausted  busy with 429, too large
//   kDeadlineExceeded   timed out
//   kCancelled          stopped by the token; what on_body or the streamed body said is given as it is
struct Result {
  Kind kind = Kind::kDone;
  absl::Status status;
  Reply reply;                 // as far as it came
  absl::Duration retry_after;  // what the server asked for; zero: nothing
  int attempts = 1;

  bool ok() const { return kind == Kind::kDone; }
};

}  // namespace ordermesh::http
