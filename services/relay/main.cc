// ordermesh-relay: assembles, nothing else.
#include "libs/mesh/process.h"
#include "services/relay/feed.h"
#include "services/relay/relay_config.h"
#include "services/relay/run_feeds.h"

int main(int argc, char** argv) {
  ordermesh::relay::RelayConfig config;
  return ordermesh::mesh::RunProcess(
      "relay", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) {
        return ordermesh::relay::RunFeeds(ordermesh::relay::Feeds(), config, process);
      });
}
