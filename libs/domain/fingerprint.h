// Whether a repeated request is the same request.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/domain/order.h"

namespace ordermesh::domain {

// A version byte and the SHA-256 of what the client asked for: customer_id, the contact's e-mail if it names one, the
// lines (SKU and quantity, in their order), note. Equal for requests that mean the same: a contact without an e-mail is
// no contact. Not of who calls or of the request id, which name the request; never of what the catalogue adds, which
// changes. Made of the client's fields one by one: a message's bytes are not canonical.
std::string Fingerprint(const NewOrder& order);

// Whether `order` asks for the same as the one that `stored` was made of, by this release or an earlier one.
bool MatchesFingerprint(const NewOrder& order, absl::string_view stored);

}  // namespace ordermesh::domain
