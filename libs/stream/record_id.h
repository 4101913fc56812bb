// Which record this is, so that a log that was made anew can be told from the one that was read before.
#pragma once

#include "libs/base/uuid.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

// The event's id; of a record without a good one, an id made of its key, value and time. Never nil.
base::Uuid RecordId(const Record& record);

}  // namespace ordermesh::stream
