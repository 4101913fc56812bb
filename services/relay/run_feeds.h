// The process of the relay: what leads from each outbox to each of its sinks.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "libs/mesh/process.h"
#include "services/relay/feed.h"
#include "services/relay/relay_config.h"

namespace ordermesh::relay {

// Relays all `feeds` until the process is asked to stop. INVALID_ARGUMENT: the brokers make no sense.
absl::Status RunFeeds(const std::vector<Feed>& feeds, const RelayConfig& config, mesh::Process& process);

}  // namespace ordermesh::relay
