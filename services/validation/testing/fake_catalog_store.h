// A catalogue for tests, with transactions that are open for as long as a test likes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/mutex.h"
#include "services/validation/catalog_store.h"

namespace ordermesh::validation {

// Thread-safe: the test changes it while another thread reads.
class FakeCatalogStore : public CatalogStore {
 public:
  // More changes than these are read as the whole.
  explicit FakeCatalogStore(std::size_t page = 10'000) : page_(page) {}

  absl::StatusOr<CatalogRead> ReadAll() override;
  absl::StatusOr<CatalogRead> ReadChanges(std::uint64_t next) override;

  // A transaction has its id from the start; what it puts is seen once it has committed.
  std::uint64_t Begin();
  void Put(std::uint64_t transaction, domain::CatalogProduct product);
  void Put(std::uint64_t transaction, StoredCustomer customer);
  void Commit(std::uint64_t transaction);
  void RollBack(std::uint64_t transaction);

  template <class Row>
  void Put(Row row) {
    const std::uint64_t transaction = Begin();
    Put(transaction, std::move(row));
    Commit(transaction);
  }
  void DeleteProduct(const domain::ProductId& id);

  // What every reading gives, until it is OK again.
  void FailWith(absl::Status status);
  // Returns when at least so many readings have ended.
  void WaitForReads(int reads);
  int reads();
  int whole_reads();  // of these, how many were of everything

 private:
  template <class Row>
  struct Versioned {
    Row row;
    std::uint64_t changed = 0;
  };
  struct Open {
    std::vector<domain::CatalogProduct> products;
    std::vector<StoredCustomer> customers;
  };
  absl::StatusOr<CatalogRead> Read(bool everything, std::uint64_t since) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::size_t page_;
  base::Mutex mu_;
  base::CondVar read_;
  int reads_ ABSL_GUARDED_BY(mu_) = 0;
  int whole_reads_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  std::uint64_t next_transaction_ ABSL_GUARDED_BY(mu_) = 1000;
  std::map<std::uint64_t, Open> open_ ABSL_GUARDED_BY(mu_);
  std::map<domain::ProductId, Versioned<domain::CatalogProduct>> products_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Versioned<StoredCustomer>> customers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::validation
