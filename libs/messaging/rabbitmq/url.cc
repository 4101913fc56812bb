#include "libs/messaging/rabbitmq/url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace ordermesh::rabbitmq {
namespace {

absl::Status Wrong(const char* what) { return absl::InvalidArgumentError(absl::string_view(what)); }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool Unescape(absl::string_view text, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = HexDigit(text[i + 1]), low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return true;
}

}  // namespace

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  Url url;
  if (absl::ConsumePrefix(&text, "amqps://")) {
    url.tls = true;
    url.port = 5671;
  } else if (!absl::ConsumePrefix(&text, "amqp://")) {
    return Wrong("amqp_url: it must begin with amqp:// or amqps://");
  }
  const std::size_t slash = text.find('/');
  absl::string_view authority = text.substr(0, slash);
  const absl::string_view path = slash == absl::string_view::npos ? absl::string_view() : text.substr(slash + 1);
  if (path.find_first_of("/?#") != absl::string_view::npos)
    return Wrong("amqp_url: one path segment, the vhost, at most");
  if (!path.empty() && !Unescape(path, url.vhost)) return Wrong("amqp_url: the vhost is not percent-encoded");

  if (const std::size_t at = authority.rfind('@'); at != absl::string_view::npos) {
    const absl::string_view credentials = authority.substr(0, at);
    const std::size_t colon = credentials.find(':');
    if (!Unescape(credentials.substr(0, colon), url.user)) return Wrong("amqp_url: the user is not percent-encoded");
    url.password.clear();
    if (colon != absl::string_view::npos && !Unescape(credentials.substr(colon + 1), url.password)) {
      return Wrong("amqp_url: the password is not percent-encoded");
    }
    authority = authority.substr(at + 1);
  }

  absl::string_view port;
  bool has_port = false;
  if (!authority.empty() && authority[0] == '[') {
    const std::size_t close = authority.find(']');
    if (close == absl::string_view::npos) return Wrong("amqp_url: a bracket is not closed");
    url.host = std::string(authority.substr(1, close - 1));
    port = authority.substr(close + 1);
    has_port = !port.empty();
    if (has_port && !absl::ConsumePrefix(&port, ":")) return Wrong("amqp_url: only a port may follow the address");
  } else {
    const std::size_t colon = authority.find(':');
    url.host = std::string(authority.substr(0, colon));
    has_port = colon != absl::string_view::npos;
    if (has_port) port = authority.substr(colon + 1);
  }
  if (url.host.empty()) return Wrong("amqp_url: the host is missing");
  if (has_port && (!absl::SimpleAtoi(port, &url.port) || url.port < 1 || url.port > 65535)) {
    return Wrong("amqp_url: the port must be from 1 to 65535");
  }
  return url;
}

}  // namespace ordermesh::rabbitmq
