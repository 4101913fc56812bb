// The statements of a batch of the feed.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/feed_fold.h"
#include "services/catalog/app/feed_record.h"

namespace ordermesh::catalog {

// Sends what waits for other changes of what the records tell of, and then locks and reads it. Their results, which are
// the first of the pipeline, are for the two below.
void SendFeedLocks(postgres::Connection::Pipeline& pipeline, const std::vector<const FeedRecord*>& records);
FeedRows ReadFeedRows(const std::vector<postgres::Result>& locked);
absl::Time TimeOfLocks(const std::vector<postgres::Result>& locked);

// Sends what the fold has made.
void SendFeedRows(postgres::Connection::Pipeline& pipeline, const FeedFold& fold, base::IdSource& ids);
// kAborted: somebody else has added one of the new products or customers meanwhile.
absl::Status CheckWritten(const std::vector<postgres::Result>& written, const FeedFold& fold);

}  // namespace ordermesh::catalog
