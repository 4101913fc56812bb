// What every ResendStore must do. Instantiate as LedgerConformance.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libs/testing/fake_random.h"
#include "services/notifier/testing/ledger_conformance.h"

namespace ordermesh::notifier {

class ResendConformance : public LedgerConformance {
 protected:
  ResendConformance() : resends_(harness_->MakeResends()) {}

  // The notification about the first version of this order ends so.
  void End(std::uint32_t order, State state, const std::string& error = "");
  Resend Started(const ResendFilter& filter, const std::string& request_id = "r-1");
  // As it is when nothing is left to do.
  Resend Finished(const base::Uuid& id, int limit = 3);
  // The numbers of the orders whose notifications are due, which are claimed.
  std::vector<std::uint32_t> Due();

  std::unique_ptr<ResendStore> resends_;
  ordermesh::testing::FakeIds ids_;
};

}  // namespace ordermesh::notifier
