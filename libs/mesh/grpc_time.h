// Steady time as gRPC has it.
#pragma once

#include <grpc/support/time.h>

#include <cstdint>

#include "absl/time/time.h"
#include "libs/base/steady_time.h"

namespace ordermesh::mesh {

// Both are CLOCK_MONOTONIC, so that a deadline stays where it is when the wall clock is set.
inline gpr_timespec ToGprTime(base::SteadyTime time) {
  if (time == base::SteadyTime::InfiniteFuture()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  if (time == base::SteadyTime::InfinitePast()) return gpr_inf_past(GPR_CLOCK_MONOTONIC);
  const timespec spec = absl::ToTimespec(time.SinceZero());
  return {spec.tv_sec, static_cast<std::int32_t>(spec.tv_nsec), GPR_CLOCK_MONOTONIC};
}

inline base::SteadyTime FromGprTime(gpr_timespec time) {
  if (gpr_time_cmp(time, gpr_inf_future(time.clock_type)) == 0) return base::SteadyTime::InfiniteFuture();
  if (gpr_time_cmp(time, gpr_inf_past(time.clock_type)) == 0) return base::SteadyTime::InfinitePast();
  const gpr_timespec steady = gpr_convert_clock_type(time, GPR_CLOCK_MONOTONIC);
  return base::SteadyTime::FromZero(absl::Seconds(steady.tv_sec) + absl::Nanoseconds(steady.tv_nsec));
}

}  // namespace ordermesh::mesh
