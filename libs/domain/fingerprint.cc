#include "libs/domain/fingerprint.h"

#include "libs/domain/codec.h"
#include "libs/domain/sha256.h"

namespace ordermesh::domain {
namespace {

// When the list of fields changes, a new version is added; the old stays for what is stored.
constexpr char kVersion1 = 1;

std::string Version1(const NewOrder& order) {
  ByteWriter fields;
  fields.Text(order.customer_id).Number(order.contact_email.has_value() ? 1 : 0);
  if (order.contact_email.has_value()) fields.Text(*order.contact_email);
  fields.Number(order.lines.size());
  for (const NewLine& line : order.lines) fields.Text(line.sku).Signed(line.quantity);
  fields.Text(order.note);

  const Sha256Digest digest = Sha256(fields.bytes());
  std::string fingerprint(1, kVersion1);
  fingerprint.append(digest.begin(), digest.end());
  return fingerprint;
}

}  // namespace

std::string Fingerprint(const NewOrder& order) { return Version1(order); }

bool MatchesFingerprint(const NewOrder& order, absl::string_view stored) {
  return !stored.empty() && stored.front() == kVersion1 && stored == Version1(order);
}

}  // namespace ordermesh::domain
