// Where the partitions of the feed stand.
#pragma once

#include "libs/stream/position_table.h"

namespace ordermesh::catalog {

// For ever: its statements are prepared on every connection.
inline const stream::PositionTable& FeedPositions() {
  static const auto& table = *new stream::PositionTable("catalog.feed_offsets");
  return table;
}

}  // namespace ordermesh::catalog
