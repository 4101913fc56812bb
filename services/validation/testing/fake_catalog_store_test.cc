#include "services/validation/testing/fake_catalog_store.h"

#include <memory>

#include "services/validation/testing/catalog_store_conformance.h"

namespace ordermesh::validation {
namespace {

class FakeWorld : public CatalogWorld {
 public:
  CatalogStore& store() override { return store_; }
  std::unique_ptr<Transaction> Begin() override { return std::make_unique<FakeTransaction>(store_); }
  void DeleteProduct(const domain::ProductId& id) override { store_.DeleteProduct(id); }

 private:
  class FakeTransaction : public Transaction {
   public:
    explicit FakeTransaction(FakeCatalogStore& store) : store_(store), id_(store.Begin()) {}
    void Put(const domain::CatalogProduct& product) override { store_.Put(id_, product); }
    void Put(const StoredCustomer& customer) override { store_.Put(id_, customer); }
    void Commit() override { store_.Commit(id_); }
    void RollBack() override { store_.RollBack(id_); }

   private:
    FakeCatalogStore& store_;
    const std::uint64_t id_;
  };
  FakeCatalogStore store_{kPage};
};

INSTANTIATE_TEST_SUITE_P(Fake, CatalogStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<CatalogWorld> {
                           return std::make_unique<FakeWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::validation
