// What the end of a transfer means.
#pragma once

#include <curl/curl.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/http/message.h"

namespace ordermesh::http {

Kind KindOfStatus(int status);
// Of a transfer that curl ended itself, the request `sent` by then or not; not for CURLE_OK.
Kind KindOfFailure(CURLcode code, bool sent);

// `what` names the server and what happened.
absl::Status ToStatus(Kind kind, int status, absl::string_view what);

// Whether the same request may be sent again.
bool MaySendAgain(Kind kind, bool repeatable);

}  // namespace ordermesh::http
