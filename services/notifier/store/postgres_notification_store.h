// NotificationStore over notifications.notifications.
#pragma once

#include "libs/postgres/connection.h"
#include "services/notifier/app/notification_store.h"

namespace ordermesh::notifier {

class PostgresNotificationStore : public NotificationStore {
 public:
  // `lease` is the ledger's. `db` must outlive it.
  PostgresNotificationStore(postgres::Connection& db, absl::Duration lease) : db_(db), lease_(lease) {}

  absl::StatusOr<std::vector<StoredNotification>> List(const NotificationQuery& query) override;
  absl::StatusOr<StoredNotification> Resend(const base::Uuid& id, bool even_if_sent) override;

 private:
  postgres::Connection& db_;
  const absl::Duration lease_;
};

}  // namespace ordermesh::notifier
