// Records for tests.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

// Its place in the log is not set.
inline Record RecordOf(std::string value, std::string key = "") {
  Record record;
  record.key = std::move(key);
  record.value = std::move(value);
  return record;
}

// One that no other of this program equals.
inline Record NewRecord() {
  static int last = 0;
  return RecordOf(absl::StrCat("record ", ++last));
}

}  // namespace ordermesh::stream
