// How far behind the feed is, as metrics.
#pragma once

#include "libs/base/periodic.h"
#include "libs/base/timer.h"
#include "libs/postgres/database.h"
#include "libs/stream/consumer_metrics.h"
#include "libs/stream/lags.h"

namespace ordermesh::catalog {

// Sets the gauges every second, on a thread and a session of its own; what can't be read keeps its last value. The
// dependencies must outlive it.
class FeedLags {
 public:
  FeedLags(const postgres::Database& database, stream::LogEnds& ends, const stream::ConsumerMetrics& metrics,
           base::Timer& timer);

 private:
  void Measure();

  postgres::Connection connection_;  // the thread's own
  stream::LogEnds& ends_;
  const stream::ConsumerMetrics& metrics_;
  base::Periodic measures_;  // Last: it uses what stands above.
};

}  // namespace ordermesh::catalog
