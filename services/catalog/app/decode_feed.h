// Records of the topic catalog.feed: CloudEvents with JSON, in structured or in binary mode. docs/catalog-feed.md is
// for those who write them.
#pragma once

#include "absl/status/statusor.h"
#include "libs/stream/partition.h"
#include "services/catalog/app/feed_record.h"

namespace ordermesh::catalog {

inline constexpr char kFeedProduct[] = "ordermesh.feed.product.v1";
inline constexpr char kFeedStockCount[] = "ordermesh.feed.stock_count.v1";
inline constexpr char kFeedCustomer[] = "ordermesh.feed.customer.v1";

// INVALID_ARGUMENT, with every reason that is known: it will never be understood.
absl::StatusOr<FeedRecord> DecodeFeed(const stream::Record& record);

}  // namespace ordermesh::catalog
