// Where records go that can't be applied.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

struct DeadLetter {
  const Record* record = nullptr;
  std::string reason;  // English, for an operator; no payload in it
};

// Belongs to one thread.
class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  // Returns OK when every letter is safely stored; otherwise some may be, and all have to be written again.
  virtual absl::Status Write(absl::Span<const DeadLetter> letters) = 0;
};

}  // namespace ordermesh::stream
