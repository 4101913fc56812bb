#include "libs/mesh/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::mesh {

absl::StatusOr<ListenAddress> ListenAddress::Parse(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon == absl::string_view::npos || colon == 0 || !absl::SimpleAtoi(text.substr(colon + 1), &address.port) ||
      address.port < 0 || address.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not host:port"));
  }
  address.host = std::string(text.substr(0, colon));
  return address;
}

std::string ListenAddress::ToString() const { return absl::StrCat(host, ":", port); }

namespace {

// Why it can't be listened on; nothing when it can.
std::optional<std::string> TryListen(const ListenAddress& address) {
  std::string host = address.host;
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found); error != 0) {
    return gai_strerror(error);
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::generic_category().message(errno);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  std::optional<std::string> reason;
  if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1) != 0) {
    reason = std::generic_category().message(errno);
  }
  close(fd);
  return reason;
}

}  // namespace

std::string DescribeListenFailure(const ListenAddress& address) {
  return TryListen(address).value_or("it could not be bound");
}

absl::Status CheckListen(absl::string_view name, absl::string_view text) {
  absl::StatusOr<ListenAddress> address = ListenAddress::Parse(text);
  if (!address.ok()) return base::Annotate(address.status(), name);
  if (address->port == 0) return absl::OkStatus();
  const std::optional<std::string> reason = TryListen(*address);
  if (!reason.has_value()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(name, ": cannot listen on ", address->ToString(), ": ", *reason));
}

}  // namespace ordermesh::mesh
