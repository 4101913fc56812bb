// ResendStore over notifications.resends and notifications.notifications.
#pragma once

#include "libs/postgres/connection.h"
#include "services/notifier/app/resends.h"

namespace ordermesh::notifier {

// `db` must outlive it.
class PostgresResends : public ResendStore {
 public:
  explicit PostgresResends(postgres::Connection& db) : db_(db) {}

  absl::StatusOr<Resend> Start(const base::Uuid& id, absl::string_view request_id, const ResendFilter& filter) override;
  absl::StatusOr<Resend> Get(const base::Uuid& id) override;
  absl::StatusOr<bool> Advance(int limit) override;

 private:
  postgres::Connection& db_;
};

}  // namespace ordermesh::notifier
