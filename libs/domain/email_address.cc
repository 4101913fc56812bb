#include "libs/domain/email_address.h"

#include <idn2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/limits.h"
#include "libs/domain/text.h"

namespace ordermesh::domain {
namespace {

constexpr std::size_t kMaxLocalPart = 64, kMaxLabel = 63;

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
}

// Controls, blanks and what has no shape of its own: nobody means them in an address.
struct Range {
  std::uint32_t first, last;
};
constexpr Range kUnseen[] = {{0x80, 0xA0},     {0xAD, 0xAD},     {0x1680, 0x1680},  {0x180E, 0x180E},
                             {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},  {0x3000, 0x3000},
                             {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFF}, {0xE0000, 0xE0FFF}};

// The character at the front of `text`, which is valid UTF-8, and takes it off.
std::uint32_t TakeCharacter(absl::string_view& text) {
  const absl::string_view bytes = FirstCharacters(text, 1);
  text.remove_prefix(bytes.size());
  const auto lead = static_cast<std::uint8_t>(bytes[0]);
  std::uint32_t character = bytes.size() == 1 ? lead : lead & (0x7Fu >> bytes.size());
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    character = character << 6 | (static_cast<std::uint8_t>(bytes[i]) & 0x3Fu);
  }
  return character;
}

bool IsAtomCharacter(std::uint32_t c) {
  constexpr absl::string_view kSpecial = "!#$%&'*+-/=?^_`{|}~";
  if (c < 0x80) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || kSpecial.find(static_cast<char>(c)) != kSpecial.npos;
  }
  return std::none_of(std::begin(kUnseen), std::end(kUnseen),
                      [c](const Range& range) { return range.first <= c && c <= range.last; });
}

bool IsLocalPart(absl::string_view local) {
  if (local.empty() || local.size() > kMaxLocalPart || local.back() == '.') return false;
  for (bool atom_begins = true; !local.empty();) {
    const std::uint32_t c = TakeCharacter(local);
    if (c == '.' ? atom_begins : !IsAtomCharacter(c)) return false;
    atom_begins = c == '.';
  }
  return true;
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-'; });
}

bool IsDomain(absl::string_view domain) {
  int labels = 0;
  for (;;) {
    const std::size_t dot = domain.find('.');
    if (!IsLabel(domain.substr(0, dot))) return false;
    ++labels;
    if (dot == absl::string_view::npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

// Empty: IDNA makes nothing of it.
std::string ToAscii(absl::string_view domain) {
  if (IsAscii(domain)) return std::string(domain);
  char* ascii = nullptr;
  const int outcome = idn2_to_ascii_8z(std::string(domain).c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, void (*)(void*)> owner(ascii, &idn2_free);
  return outcome == IDN2_OK ? std::string(ascii) : std::string();
}

}  // namespace

bool IsEmailAddress(absl::string_view text) {
  if (!CountCharacters(text).has_value() || text.find('\0') != absl::string_view::npos) return false;
  const std::size_t at = text.find('@');
  if (at == absl::string_view::npos || !IsLocalPart(text.substr(0, at))) return false;
  const absl::string_view domain = text.substr(at + 1);
  if (IsAscii(domain)) return IsDomain(domain);
  const std::string ascii = ToAscii(domain);
  return IsDomain(ascii) && at + 1 + ascii.size() <= kMaxEmailBytes;
}

std::string WithAsciiDomain(absl::string_view address) {
  const std::size_t domain = address.find('@') + 1;
  return absl::StrCat(address.substr(0, domain), ToAscii(address.substr(domain)));
}

bool NeedsSmtpUtf8(absl::string_view address) { return !IsAscii(address.substr(0, address.find('@'))); }

}  // namespace ordermesh::domain
