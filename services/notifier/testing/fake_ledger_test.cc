#include "services/notifier/testing/fake_ledger.h"

#include <gtest/gtest.h>

#include "libs/testing/fake_clock.h"
#include "services/notifier/testing/fake_resends.h"
#include "services/notifier/testing/resend_conformance.h"

namespace ordermesh::notifier {
namespace {

class FakeHarness : public LedgerHarness {
 public:
  std::unique_ptr<Ledger> MakeLedger() override { return std::make_unique<FakeLedger>(rows_); }
  void SetContact(const base::Uuid& order_id, const std::string& contact) override {
    rows_.SetContact(order_id, contact);
  }
  void SetWantsUpdates(const base::Uuid& order_id, bool wants) override { rows_.SetWantsUpdates(order_id, wants); }
  std::unique_ptr<ResendStore> MakeResends() override { return std::make_unique<FakeResends>(rows_); }
  void PassTime(absl::Duration duration) override { clock_.Advance(duration); }
  absl::Time Now() override { return clock_.Now(); }

 private:
  testing::FakeClock clock_;
  FakeLedgerRows rows_{clock_, clock_, kHarnessOptions};
};

INSTANTIATE_TEST_SUITE_P(Fake, LedgerConformance, ::testing::Values([] { return std::make_unique<FakeHarness>(); }));
INSTANTIATE_TEST_SUITE_P(Fake, ResendConformance, ::testing::Values([] { return std::make_unique<FakeHarness>(); }));

}  // namespace
}  // namespace ordermesh::notifier
