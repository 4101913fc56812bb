// The transaction that accepts a batch of orders.
#pragma once

#include <vector>

#include "libs/domain/allocate.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/store/accept_policy.h"

namespace ordermesh::gateway {

// Two round trips on one connection: the keys are taken and the stock is locked; then, once every order is decided,
// everything is written and committed. Not thread-safe; the dependencies must outlive it.
class AcceptTransaction : public AcceptAttempt {
 public:
  AcceptTransaction(postgres::Connection& connection, const OrderEvents& events);

  absl::StatusOr<std::vector<Decision>> Try(absl::Span<Acceptance> batch, LockWait wait) override;
  bool OutcomeUnknown() const override { return connection_.OutcomeUnknown(); }

 private:
  // The first round trip: which orders won their keys, and the figures of their stock.
  absl::Status TakeKeys(absl::Span<Acceptance> batch, LockWait wait);
  // The second: everything else, and the commit. Reads the orders that had the lost keys before.
  absl::StatusOr<std::vector<postgres::Result>> Write(absl::Span<const Acceptance> batch,
                                                      const std::vector<Decision>& decisions,
                                                      const domain::Allocation& allocation);
  void SendAccepted(postgres::Connection::Pipeline& pipeline, absl::Span<const Acceptance> batch,
                    const std::vector<Decision>& decisions, const domain::Allocation& allocation);
  // Gives the lost keys' orders to their decisions. kAborted: one has gone meanwhile; run the batch again.
  absl::Status ReadEarlier(absl::Span<const Acceptance> batch, const postgres::Result& orders,
                           const postgres::Result& lines, std::vector<Decision>& decisions) const;

  postgres::Connection& connection_;
  const OrderEvents& events_;
  // Of the attempt under way; kept for their memory.
  std::vector<bool> won_;  // by place in the batch
  std::vector<domain::StockFigure> stock_;
  int lost_ = 0;
};

}  // namespace ordermesh::gateway
