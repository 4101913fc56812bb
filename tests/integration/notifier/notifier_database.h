// A fresh database, with what tests of the notifier ask of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"
#include "libs/testing/test_database.h"

namespace ordermesh::notifier {

// Ends the test's process when there is no database: nothing could be tested.
class NotifierDatabase {
 public:
  NotifierDatabase();

  // As the notifier's own role, with its rights.
  std::string url() const { return database_->UrlAs("ordermesh_notifier"); }
  void Run(absl::string_view sql);
  // The single number that a query gives.
  std::int64_t Number(const std::string& sql);
  // The first column's text, each with a line end.
  std::string Text(const std::string& sql);
  // An order as far as the notifier sees it; its customer, whose id is the order's, is unknown.
  void AddOrder(const base::Uuid& id, const std::string& contact);
  // Its customer, known and not deleted from now on.
  void SetWantsUpdates(const base::Uuid& order_id, bool wants);
  // Afterwards everything in the schema happened `duration` earlier.
  void PassTime(absl::Duration duration);

 private:
  postgres::Result Query(const std::string& sql);

  std::unique_ptr<testing::TestDatabase> database_;
};

}  // namespace ordermesh::notifier
