// How large what travels between the members of the mesh may be.
#pragma once

namespace ordermesh::mesh {

// A message, either way; on channels and servers alike.
inline constexpr int kMaxMessageBytes = 4 << 20;

// A call's metadata as HPACK counts it (names, values and 32 bytes for each). More than the edge can send: 32 KiB of a
// client's headers, a copy of the path, which Envoy adds, and its own. A server that takes less closes the connection,
// which the edge shares among all clients.
inline constexpr int kMaxMetadataBytes = 128 << 10;

}  // namespace ordermesh::mesh
