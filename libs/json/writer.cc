#include "libs/json/writer.h"

#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/json/utf8.h"

namespace ordermesh::json {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";  // U+FFFD

bool IsPlain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      absl::StrAppendFormat(&out, "\\u%04x", c);
  }
}

}  // namespace

void AppendString(absl::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t bytes = CharacterBytes(text);
    if (bytes == 1) {
      AppendEscape(text[0], out);
    } else if (bytes == 0) {
      out += kReplacement;
    } else {
      out.append(text.data(), bytes);
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  out += '"';
}

void ObjectWriter::Integer(absl::string_view name, std::int64_t value) { absl::StrAppend(&Name(name), value); }

void ObjectWriter::Double(absl::string_view name, double value) {
  std::string& out = Name(name);
  if (std::isfinite(value)) {
    absl::StrAppend(&out, value);
  } else {
    out += "null";
  }
}

std::string& ObjectWriter::Name(absl::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  AppendString(name, out_);
  out_ += ':';
  return out_;
}

std::string& ArrayWriter::Next() {
  if (!first_) out_ += ',';
  first_ = false;
  return out_;
}

}  // namespace ordermesh::json
