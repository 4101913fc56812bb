// Dead letters in memory, for tests.
#pragma once

#include <string>
#include <vector>

#include "services/analytics/app/dead_letters.h"

namespace ordermesh::analytics {

class FakeDeadLetters : public DeadLetters {
 public:
  struct Letter {
    std::int64_t offset;
    std::string reason;
  };
  absl::Status Write(absl::Span<const DeadLetter> written) override {
    if (!failure.ok()) return failure;
    for (const DeadLetter& letter : written) letters.push_back({letter.record->offset, letter.reason});
    return absl::OkStatus();
  }

  std::vector<Letter> letters;
  absl::Status failure;
};

}  // namespace ordermesh::analytics
