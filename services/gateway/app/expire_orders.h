// Cancels the orders that nobody has paid for in time.
#pragma once

#include <stop_token>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/log_limit.h"
#include "libs/base/uuid.h"
#include "services/gateway/app/unpaid_orders.h"
#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {

struct ExpiryOptions {
  absl::Duration ttl;  // of an order that is not paid for
  int batch = 500;     // orders that are looked at together
};

// Belongs to one thread. The dependencies must outlive it.
class ExpireOrders {
 public:
  ExpireOrders(ExpiryOptions options, UnpaidOrders& orders, base::IdSource& ids, ExpiryMetrics metrics)
      : options_(options), orders_(orders), ids_(ids), metrics_(metrics) {}

  // Goes on from where it, or another gateway, has come to, until nothing more is due or a stop is asked for. Nothing,
  // while another gateway does it. What fails is left to the next time, and logged more and more rarely; but an order
  // that can't be cancelled, since an invariant of ours is broken, is logged and passed over.
  void Run(std::stop_token stop);

 private:
  absl::Status TryRun(std::stop_token stop);
  absl::Status Expire(const UnpaidOrders::Candidate& order);

  const ExpiryOptions options_;
  UnpaidOrders& orders_;
  base::IdSource& ids_;
  const ExpiryMetrics metrics_;
  base::FailureRow failures_;
};

}  // namespace ordermesh::gateway
