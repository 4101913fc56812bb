// E-mail addresses: of orders, of customers, of the sender.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::domain {

// An address that mail can be sent to, bare: `local@domain`, without a display name. The local part is a dot-atom of at
// most 64 bytes, letters beyond ASCII included (RFC 6531); the domain at least two labels of letters, digits and
// hyphens, or what IDNA 2008 makes such labels of. Quoted local parts, comments, address literals and host names
// without a dot are refused, and so is whatever could end a header line or can't be seen.
bool IsEmailAddress(absl::string_view text);

// The address with its domain as the mail system knows it, in A-labels ("xn--bcher-kva.example"). `address` is one by
// IsEmailAddress.
std::string WithAsciiDomain(absl::string_view address);

// Mail to `address` needs a server that speaks SMTPUTF8: its local part is beyond ASCII, for which there is no other
// way to write it.
bool NeedsSmtpUtf8(absl::string_view address);

}  // namespace ordermesh::domain
