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
#include "services/validation/app/catalog_store.h"

namespace ordermesh::validation {

// Thread-safe: the test changes it while another thread reads.
class FakeCatalogStore : public CatalogStore {
 public:
  // Rows of one page.
  explicit FakeCatalogStore(std::size_t page = 5000) : page_(page) {}

  absl::StatusOr<CatalogPosition> Position() override;
  absl::StatusOr<CatalogPosition> ReadChanges(const CatalogPosition& since,
                                              absl::FunctionRef<void(CatalogPage)> take) override;
  absl::StatusOr<std::vector<domain::CatalogProduct>> ReadProducts(const domain::ProductId& after) override;
  absl::StatusOr<std::vector<StoredCustomer>> ReadCustomers(const std::string& after) override;

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

  // Makes it another database, as it was and with other transactions: a copy that was restored.
  void Restore();

  // What every reading gives, until it is OK again.
  void FailWith(absl::Status status);
  // The same, but for so many pages of everything first.
  void FailAfterPages(int pages, absl::Status status);
  // Returns when at least so many readings have begun, of changes or of a first position.
  void WaitForReads(int reads);
  int reads();
  int whole_reads();  // how often everything was begun
  int pages();        // of everything that were read

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
  CatalogPosition Now() const ABSL_SHARED_LOCKS_REQUIRED(mu_);
  void BeginReading() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The rows behind `after`, at most a page of them.
  template <class Rows, class Key>
  auto Page(const Rows& rows, const Key& after)
      -> absl::StatusOr<std::vector<decltype(Rows::mapped_type::row)>> ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::size_t page_;
  base::Mutex mu_;
  base::CondVar read_;
  int reads_ ABSL_GUARDED_BY(mu_) = 0;
  int whole_reads_ ABSL_GUARDED_BY(mu_) = 0;
  int pages_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  int pages_before_failure_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t next_transaction_ ABSL_GUARDED_BY(mu_) = 1000;
  std::map<std::uint64_t, Open> open_ ABSL_GUARDED_BY(mu_);
  std::map<domain::ProductId, Versioned<domain::CatalogProduct>> products_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Versioned<StoredCustomer>> customers_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::validation
