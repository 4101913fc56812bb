// What every CatalogStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, CatalogStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/validation/app/catalog_store.h"

namespace ordermesh::validation {

// A store that starts empty and reads kPage rows at a time, and whoever changes the catalogue.
class CatalogWorld {
 public:
  static constexpr int kPage = 8;

  // A transaction that has written, and is still open.
  class Transaction {
   public:
    virtual ~Transaction() = default;
    virtual void Put(const domain::CatalogProduct& product) = 0;
    virtual void Put(const StoredCustomer& customer) = 0;
    virtual void Commit() = 0;
    virtual void RollBack() = 0;
  };

  virtual ~CatalogWorld() = default;
  virtual CatalogStore& store() = 0;
  virtual std::unique_ptr<Transaction> Begin() = 0;
  virtual void DeleteProduct(const domain::ProductId& id) = 0;

  template <class Row>
  void Put(const Row& row) {
    auto transaction = Begin();
    transaction->Put(row);
    transaction->Commit();
  }
};

class CatalogStoreConformance : public ::testing::TestWithParam<std::unique_ptr<CatalogWorld> (*)()> {
 protected:
  void SetUp() override { world_ = GetParam()(); }

  // Takes the position, then reads everything.
  CatalogPage ReadAll();
  // Since the reading before this one.
  CatalogPage ReadChanges();
  // The SKUs of products that a reading gave, sorted.
  static std::vector<std::string> Skus(const CatalogPage& read);
  static std::vector<std::string> Customers(const CatalogPage& read);

  std::unique_ptr<CatalogWorld> world_;
  CatalogPosition position_;
  int pages_ = 0;  // of the last reading of changes
};

}  // namespace ordermesh::validation
