// ordermesh-bench: places orders at a gateway on a fixed schedule and prints as JSON what became of them. Exit code 0
// only when every order that was due was sent in time; whether they were accepted is for the caller to judge.
#include <cstdio>
#include <random>
#include <vector>

#include "libs/base/exit_codes.h"
#include "tools/bench/load.h"

int main(int argc, char** argv) {
  using namespace ordermesh;
  const std::vector<absl::string_view> arguments(argv + 1, argv + argc);
  for (const absl::string_view argument : arguments) {
    if (argument == "--help") return std::puts(bench::Help().c_str()) < 0;
  }
  absl::StatusOr<bench::Options> options = bench::ParseOptions(arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "ordermesh-bench: %s\n", std::string(options.status().message()).c_str());
    return base::kExitUsage;
  }
  std::random_device random;
  bench::Load load(*options, std::uint64_t{random()} << 32 | random());
  if (absl::Status status = load.Run(); !status.ok()) {
    std::fprintf(stderr, "ordermesh-bench: %s\n", std::string(status.message()).c_str());
    return base::kExitUnavailable;
  }
  const bench::Report::Totals& totals = load.totals();
  std::printf("%s\n", load.report().Json(totals).c_str());
  if (totals.sent < totals.scheduled) {
    std::fprintf(stderr, "ordermesh-bench: only %llu of %llu orders were sent on schedule: the figures mean nothing\n",
                 static_cast<unsigned long long>(totals.sent), static_cast<unsigned long long>(totals.scheduled));
    return 1;
  }
  return base::kExitOk;
}
