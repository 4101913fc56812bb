#include "libs/mesh/listen_address.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::mesh {

namespace {

constexpr int kBacklog = 128;

// Whether it may stand before the port: what has colons is of IPv6, in brackets.
bool IsHost(absl::string_view host) {
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && host.find_first_of("[]") == absl::string_view::npos &&
         bracketed == (host.find(':') != absl::string_view::npos);
}

absl::Status Refused(const char* what) { return absl::UnavailableError(what); }
absl::Status Refused(int error) { return Refused(std::generic_category().message(error).c_str()); }

absl::StatusOr<int> ListenAt(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
    return Refused(gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    // As gRPC does it: without IPv6 every address is one of IPv4.
    if (errno == EAFNOSUPPORT && host == "::") return ListenAt("0.0.0.0", port);
    return Refused(errno);
  }
  const int yes = 1, no = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (found->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  if (bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  close(fd);
  return Refused(error);
}

int PortOf(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace

absl::StatusOr<ListenAddress> ListenAddress::Parse(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  ListenAddress address;
  if (colon == absl::string_view::npos || !IsHost(text.substr(0, colon)) ||
      !absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 || address.port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not host:port"));
  }
  address.host = std::string(text.substr(0, colon));
  return address;
}

std::string ListenAddress::ToString() const { return absl::StrCat(host, ":", port); }

absl::StatusOr<int> Listen(ListenAddress& address) {
  const bool bracketed = address.host.front() == '[';
  ASSIGN_OR_RETURN(const int fd,
                   ListenAt(bracketed ? address.host.substr(1, address.host.size() - 2) : address.host, address.port));
  address.port = PortOf(fd);
  return fd;
}

std::string DescribeListenFailure(const ListenAddress& address) {
  ListenAddress again = address;
  const absl::StatusOr<int> fd = Listen(again);
  if (!fd.ok()) return std::string(fd.status().message());
  close(*fd);
  return "it could not be bound";
}

absl::Status CheckListen(absl::string_view name, absl::string_view text) {
  absl::StatusOr<ListenAddress> address = ListenAddress::Parse(text);
  if (!address.ok()) return base::Annotate(address.status(), name);
  if (address->port == 0) return absl::OkStatus();
  const absl::StatusOr<int> fd = Listen(*address);
  if (!fd.ok()) {
    return absl::UnavailableError(
        absl::StrCat(name, ": cannot listen on ", address->ToString(), ": ", fd.status().message()));
  }
  close(*fd);
  return absl::OkStatus();
}

}  // namespace ordermesh::mesh
