// Dead letters in memory, for tests. The conformance suite runs against these and Kafka's.
#pragma once

#include <vector>

#include "libs/stream/dead_letters.h"
#include "libs/stream/testing/dead_letters_conformance.h"

namespace ordermesh::stream {

class FakeDeadLetters : public DeadLetters {
 public:
  absl::Status Write(absl::Span<const DeadLetter> written) override {
    if (!failure.ok()) return failure;
    for (const auto& [record, reason] : written) {
      letters.push_back({record->topic, record->offset, reason, record->value});
    }
    return absl::OkStatus();
  }

  std::vector<StoredLetter> letters;
  absl::Status failure;
};

}  // namespace ordermesh::stream
