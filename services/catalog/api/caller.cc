#include "services/catalog/api/caller.h"

#include "libs/api/caller.h"

namespace ordermesh::catalog {

absl::Status CheckCaller(const mesh::CallContext& call) { return api::CheckCaller(call.caller()); }

}  // namespace ordermesh::catalog
