// Waiter: who waits for a result that takes its time.
#pragma once

#include <stop_token>

#include "libs/aio/lane.h"
#include "libs/base/deadline.h"

namespace ordermesh::aio {

// Travels with a piece of work into whatever queue it waits in, so that what nobody waits for any more is not done.
struct Waiter {
  Lane& lane;  // where the result arrives
  // When it stops being worth anything.
  base::Deadline deadline = base::Deadline::Never();
  // Asked to stop when the caller has gone before that.
  std::stop_token gone = {};
};

}  // namespace ordermesh::aio
