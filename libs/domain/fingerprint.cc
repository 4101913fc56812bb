#include "libs/domain/fingerprint.h"

#include <optional>

#include "libs/base/sha256.h"
#include "libs/domain/codec.h"

namespace ordermesh::domain {
namespace {

// When the list of fields changes, a new version is added; the old stays for what is stored.
constexpr char kVersion1 = 1;

std::string Version1(const NewOrder& order, const std::optional<std::string>& contact_email) {
  ByteWriter fields;
  fields.Text(order.customer_id).Number(contact_email.has_value() ? 1 : 0);
  if (contact_email.has_value()) fields.Text(*contact_email);
  fields.Number(order.lines.size());
  for (const NewLine& line : order.lines) fields.Text(line.sku).Signed(line.quantity);
  fields.Text(order.note);

  const base::Sha256Digest digest = base::Sha256(fields.bytes());
  std::string fingerprint(1, kVersion1);
  fingerprint.append(digest.begin(), digest.end());
  return fingerprint;
}

// A contact without an address asks for the customer's, as no contact does.
bool NamesNobody(const NewOrder& order) { return !order.contact_email.has_value() || order.contact_email->empty(); }

}  // namespace

std::string Fingerprint(const NewOrder& order) {
  return Version1(order, NamesNobody(order) ? std::nullopt : order.contact_email);
}

bool MatchesFingerprint(const NewOrder& order, absl::string_view stored) {
  if (stored == Fingerprint(order)) return true;
  // Earlier releases told an empty contact from none.
  return NamesNobody(order) && stored == Version1(order, "");
}

}  // namespace ordermesh::domain
