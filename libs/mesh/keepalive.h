// Keepalive of both ends of a connection, in one place: a client that pings more often than the server allows is cut
// off with "too_many_pings".
#pragma once

#include "absl/time/time.h"

namespace ordermesh::mesh {

inline constexpr absl::Duration kKeepaliveTime = absl::Seconds(30);     // quiet for so long: ping
inline constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(10);  // no answer for so long: the connection is dead
inline constexpr absl::Duration kKeepaliveLeast = absl::Seconds(20);    // what the server allows a client

}  // namespace ordermesh::mesh
