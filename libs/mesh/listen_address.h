// "host:port" as a process is told to listen on.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::mesh {

// "[::]" is every address of the machine, those of IPv4 too, also where there is no IPv6; "0.0.0.0" those of IPv4.
struct ListenAddress {
  std::string host;  // "127.0.0.1", "localhost", "[::1]": of IPv6 always in brackets
  int port = 0;      // 0: any free one

  // INVALID_ARGUMENT: not host:port.
  static absl::StatusOr<ListenAddress> Parse(absl::string_view text);
  std::string ToString() const;
};

// A socket that listens there, not blocking, whose port is put into `address`; the caller closes it. UNAVAILABLE: the
// address is taken or not this machine's.
absl::StatusOr<int> Listen(ListenAddress& address);

// Why listening there failed, found out by trying: "address already in use".
std::string DescribeListenFailure(const ListenAddress& address);

// Whether `text`, the setting `name`, can be listened on now; so that a process says so before it does anything else.
// INVALID_ARGUMENT: not host:port. UNAVAILABLE: the address is taken or not this machine's. Port 0 is always free.
absl::Status CheckListen(absl::string_view name, absl::string_view text);

}  // namespace ordermesh::mesh
