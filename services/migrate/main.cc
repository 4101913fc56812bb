#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/mesh/process.h"
#include "services/migrate/config.h"
#include "services/migrate/migrate.h"

int main(int argc, char** argv) {
  using namespace ordermesh;
  mesh::ProcessConfig process{.serves = false};
  migrate::MigrateConfig config;
  return mesh::RunProcess(
      "migrate", process, argc, argv, [&](base::ConfigFields& fields) { config.Declare(fields); },
      [&](mesh::Process&) { return migrate::Migrate(config, base::SystemTimer(), base::SystemRandom()); });
}
