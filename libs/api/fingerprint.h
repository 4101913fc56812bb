// Whether a repeated request is the same request.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"

namespace ordermesh::api {

// A version byte and the SHA-256 of what a client asked for: every field that is set in `content`, by its number, and
// in it likewise; not `except`, its fields that name the request ("request_id"), and not what is output only, which a
// client can't ask for. It is stored, and it is the same for the same content in every release: also after fields were
// added, as long as they are not set. A message's own bytes are not canonical. An order's is domain::Fingerprint.
std::string Fingerprint(const google::protobuf::Message& content, absl::Span<const absl::string_view> except = {});

}  // namespace ordermesh::api
