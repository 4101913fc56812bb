// The relay with one feed more than those of the table.
#include <utility>
#include <vector>

#include "libs/mesh/process.h"
#include "services/relay/feed.h"
#include "services/relay/relay_config.h"
#include "services/relay/run_feeds.h"
#include "services/relay/testing/second_feed.h"

int main(int argc, char** argv) {
  ordermesh::relay::RelayConfig config;
  std::vector<ordermesh::relay::Feed> feeds = ordermesh::relay::Feeds();
  feeds.push_back(ordermesh::relay::ParcelFeed());
  return ordermesh::mesh::RunProcess(
      "relay", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) { return ordermesh::relay::RunFeeds(feeds, config, process); });
}
