#include "libs/mesh/cores.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <thread>

namespace ordermesh::mesh {

int CoresOfQuota(const std::string& cpu_max) {
  std::istringstream in(cpu_max);
  std::int64_t quota = 0, period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return 0;  // "max" is no number
  return static_cast<int>((quota + period - 1) / period);
}

int AvailableCores() {
  const int allowed = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string text;
  std::getline(file, text);
  const int quota = CoresOfQuota(text);
  return quota > 0 ? std::min(allowed, quota) : allowed;
}

}  // namespace ordermesh::mesh
