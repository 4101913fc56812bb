// Resends in memory, for tests. Behaves as the real one does: the conformance suite runs against both.
#pragma once

#include <map>
#include <string>

#include "services/notifier/app/resends.h"
#include "services/notifier/testing/fake_ledger.h"

namespace ordermesh::notifier {

// `rows` must outlive it.
class FakeResends : public ResendStore {
 public:
  explicit FakeResends(FakeLedgerRows& rows) : rows_(rows) {}

  absl::StatusOr<Resend> Start(const base::Uuid& id, absl::string_view request_id, const ResendFilter& filter) override;
  absl::StatusOr<Resend> Get(const base::Uuid& id) override;
  absl::StatusOr<bool> Advance(int limit) override;

 private:
  using Position = std::pair<absl::Time, base::Uuid>;
  struct Job {
    std::string request_id;
    Resend resend;
    Position after = {absl::InfinitePast(), base::Uuid()};
  };

  FakeLedgerRows& rows_;
  std::vector<Job> jobs_;
};

}  // namespace ordermesh::notifier
