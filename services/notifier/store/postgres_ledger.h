// The ledger in PostgreSQL: notifications.notifications, and the contact from orders.orders.
#pragma once

#include "libs/base/timer.h"
#include "libs/postgres/connection.h"
#include "services/notifier/app/ledger.h"

namespace ordermesh::notifier {

// `timer` must outlive it.
class PostgresLedger : public Ledger {
 public:
  PostgresLedger(postgres::ConnectionOptions connection, LedgerOptions options, base::Timer& timer);

  absl::StatusOr<Entered> Enter(absl::Span<const NewNotification> notifications) override;
  absl::StatusOr<std::vector<ClaimedNotification>> ClaimDue(Channel channel, int limit) override;
  absl::StatusOr<int> MarkAll(absl::Span<const Mark> marks) override;
  absl::Status Release(absl::Span<const ClaimedNotification> notifications) override;
  absl::StatusOr<std::int64_t> ExpireDue(Channel channel, absl::Duration age, int limit) override;
  absl::StatusOr<int> RescueOrphans() override;
  absl::StatusOr<std::vector<Backlog>> Due() override;
  absl::StatusOr<std::int64_t> Prune(absl::Duration age, int limit) override;

 private:
  // Makes due what is blocked of these orders and need not be any longer. In a statement behind the one that changed
  // their rows: either it sees what the other side wrote, or the other side's, which comes later, sees ours. What fails
  // is left to the next look at the row.
  void Unblock(postgres::Array order_ids);

  const LedgerOptions options_;
  base::Timer& timer_;
  postgres::Connection db_;
};

}  // namespace ordermesh::notifier
