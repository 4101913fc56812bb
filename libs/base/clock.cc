#include "libs/base/clock.h"

#include "absl/time/clock.h"

namespace ordermesh::base {
namespace {

class RealClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
};

}  // namespace

Clock& SystemClock() {
  static RealClock* clock = new RealClock;
  return *clock;
}

}  // namespace ordermesh::base
