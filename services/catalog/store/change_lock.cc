#include "services/catalog/store/change_lock.h"

#include "services/catalog/sql.h"

namespace ordermesh::catalog {
namespace {

constexpr postgres::Statement kLockChanges{"lock_changes", sql::kLockChanges};

}  // namespace

void SendChangeLock(postgres::Connection::Pipeline& pipeline, absl::string_view what, absl::string_view id) {
  pipeline.Send(kLockChanges, postgres::Params().Text(what).Text(id));
}

}  // namespace ordermesh::catalog
