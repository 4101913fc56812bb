#include "libs/wire/json_reader.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/text.h"

namespace ordermesh::wire {
namespace {

constexpr int kMostDepth = 32;

void AppendUtf8(std::uint32_t point, std::string& out) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (point >> 6)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (point >> 12)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (point >> 18)));
    out.push_back(static_cast<char>(0x80 | ((point >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

}  // namespace

void JsonReader::Object(absl::FunctionRef<void(absl::string_view)> field) {
  if (!Take('{') || !Enter()) return;
  if (Peek() == '}') {
    ++at_;
  } else {
    do {
      const std::string name = String();
      if (!Take(':')) return;
      field(name);
      if (!ok()) return;
    } while (Peek() == ',' && ++at_);
    if (!Take('}')) return;
  }
  --depth_;
}

void JsonReader::Array(absl::FunctionRef<void()> element) {
  if (!Take('[') || !Enter()) return;
  if (Peek() == ']') {
    ++at_;
  } else {
    do {
      element();
      if (!ok()) return;
    } while (Peek() == ',' && ++at_);
    if (!Take(']')) return;
  }
  --depth_;
}

std::string JsonReader::String() {
  std::string out;
  if (!Take('"')) return out;
  for (;;) {
    std::size_t plain = at_;
    while (plain < text_.size() && text_[plain] != '"' && text_[plain] != '\\' &&
           static_cast<unsigned char>(text_[plain]) >= 0x20) {
      ++plain;
    }
    out.append(text_.data() + at_, plain - at_);
    at_ = plain;
    if (at_ == text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) {
      Fail("a string that doesn't end");
      return {};
    }
    if (text_[at_++] == '"') break;
    ReadEscape(out);
    if (!ok()) return {};
  }
  if (!domain::CountCharacters(out).has_value()) {
    Fail("not valid UTF-8");
    return {};
  }
  return out;
}

void JsonReader::ReadEscape(std::string& out) {
  if (at_ == text_.size()) return Fail("an escape that doesn't end");
  switch (text_[at_++]) {
    case '"':
      return out.push_back('"');
    case '\\':
      return out.push_back('\\');
    case '/':
      return out.push_back('/');
    case 'b':
      return out.push_back('\b');
    case 'f':
      return out.push_back('\f');
    case 'n':
      return out.push_back('\n');
    case 'r':
      return out.push_back('\r');
    case 't':
      return out.push_back('\t');
    case 'u':
      break;
    default:
      return Fail("an unknown escape");
  }
  std::uint32_t point = ReadHex4();
  if (point >= 0xD800 && point < 0xDC00 && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    const std::uint32_t low = ReadHex4();
    if (low < 0xDC00 || low > 0xDFFF) return Fail("half of a surrogate pair");
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  } else if (point >= 0xD800 && point <= 0xDFFF) {
    return Fail("half of a surrogate pair");
  }
  AppendUtf8(point, out);
}

std::uint32_t JsonReader::ReadHex4() {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
      Fail("four hexadecimal digits are expected");
      return 0;
    }
    value = value * 16 + static_cast<std::uint32_t>(IsDigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10);
  }
  return value;
}

std::int64_t JsonReader::Integer() {
  std::int64_t value = 0;
  if (AtString()) {
    const std::string text = String();
    // SimpleAtoi would also take spaces and a plus sign.
    if (ok() && (!absl::SimpleAtoi(text, &value) || (text[0] != '-' && !IsDigit(text[0])) || !IsDigit(text.back()))) {
      Fail("not a 64-bit integer");
    }
    return ok() ? value : 0;
  }
  Peek();
  const std::size_t start = at_;
  SkipNumber();
  if (ok() && !absl::SimpleAtoi(text_.substr(start, at_ - start), &value)) Fail("not a 64-bit integer");
  return ok() ? value : 0;
}

bool JsonReader::Null() { return Peek() == 'n' && TakeWord("null"); }

bool JsonReader::AtString() { return Peek() == '"'; }

void JsonReader::Skip() {
  switch (Peek()) {
    case '{':
      return Object([this](absl::string_view) { Skip(); });
    case '[':
      return Array([this] { Skip(); });
    case '"':
      String();
      return;
    case 't':
      TakeWord("true");
      return;
    case 'f':
      TakeWord("false");
      return;
    case 'n':
      TakeWord("null");
      return;
    default:
      return SkipNumber();
  }
}

void JsonReader::SkipNumber() {
  const auto digits = [this] {
    const std::size_t first = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > first;
  };
  const auto next_is = [this](absl::string_view any) {
    return at_ < text_.size() && any.find(text_[at_]) != absl::string_view::npos;
  };
  if (!ok()) return;
  if (next_is("-")) ++at_;
  const bool zero = next_is("0");
  const std::size_t first = at_;
  if (!digits() || (zero && at_ - first > 1)) return Fail("a value is expected");
  if (next_is(".")) {
    ++at_;
    if (!digits()) return Fail("a digit is expected");
  }
  if (next_is("eE")) {
    ++at_;
    if (next_is("+-")) ++at_;
    if (!digits()) return Fail("a digit is expected");
  }
}

bool JsonReader::TakeWord(absl::string_view word) {
  if (!ok() || text_.substr(at_, word.size()) != word) {
    Fail("a value is expected");
    return false;
  }
  at_ += word.size();
  return true;
}

char JsonReader::Peek() {
  if (!ok()) return '\0';
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonReader::Take(char expected) {
  if (at_ >= text_.size() || Peek() != expected) {
    Fail(absl::StrCat("'", absl::string_view(&expected, 1), "' is expected"));
    return false;
  }
  ++at_;
  return true;
}

bool JsonReader::Enter() {
  if (++depth_ <= kMostDepth) return true;
  Fail("nested too deeply");
  return false;
}

void JsonReader::Fail(absl::string_view why) {
  if (ok()) error_ = absl::StrCat("JSON at byte ", at_, ": ", why);
}

absl::Status JsonReader::Finish() {
  if (ok() && Peek() != '\0') Fail("the end is expected");
  if (ok() && at_ < text_.size()) Fail("the end is expected");
  return ok() ? absl::OkStatus() : absl::InvalidArgumentError(error_);
}

}  // namespace ordermesh::wire
