// What every ledger must do. Instantiate with a factory of harnesses:
//   INSTANTIATE_TEST_SUITE_P(Fake, LedgerConformance, ::testing::Values(&MakeFakeHarness));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "services/notifier/app/ledger.h"
#include "services/notifier/app/resends.h"

namespace ordermesh::notifier {

class LedgerHarness {
 public:
  virtual ~LedgerHarness() = default;
  // A ledger over the harness's rows, which are empty at first.
  virtual std::unique_ptr<Ledger> MakeLedger() = 0;
  // Resends over the same rows; of several that a harness makes, each knows what another started.
  virtual std::unique_ptr<ResendStore> MakeResends() = 0;
  virtual void SetContact(const base::Uuid& order_id, const std::string& contact) = 0;
  // Of the customer of an order that has a contact; unknown at first.
  virtual void SetWantsUpdates(const base::Uuid& order_id, bool wants) = 0;
  // Afterwards everything that the ledger holds happened `duration` earlier.
  virtual void PassTime(absl::Duration duration) = 0;
  virtual absl::Time Now() = 0;  // to the microsecond, as the ledger has it
};

// The harness's ledgers have these.
inline constexpr LedgerOptions kHarnessOptions = {.lease = absl::Seconds(30), .gap_wait = absl::Seconds(60)};

class LedgerConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<LedgerHarness>()>> {
 protected:
  LedgerConformance() : harness_(GetParam()()), ledger_(harness_->MakeLedger()) {}

  std::unique_ptr<LedgerHarness> harness_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace ordermesh::notifier
