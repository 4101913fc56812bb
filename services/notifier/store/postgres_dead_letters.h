// DeadLetterStore over notifications.dead_letters.
#pragma once

#include "libs/postgres/connection.h"
#include "services/notifier/app/dead_letters.h"

namespace ordermesh::notifier {

// `db` must outlive it.
class PostgresDeadLetters : public DeadLetterStore {
 public:
  explicit PostgresDeadLetters(postgres::Connection& db) : db_(db) {}

  absl::StatusOr<int> Keep(absl::Span<const DeadLetter> letters) override;
  absl::StatusOr<std::vector<DeadLetter>> List(const std::optional<api::TimeAndId>& after, int limit) override;
  absl::StatusOr<std::vector<DeadLetter>> Get(absl::Span<const base::Uuid> ids) override;
  absl::Status MarkRedriven(absl::Span<const base::Uuid> ids) override;
  absl::StatusOr<std::int64_t> Prune(absl::Duration age, int limit) override;

 private:
  postgres::Connection& db_;
};

}  // namespace ordermesh::notifier
