// The lock under which a row that has events is changed.
#pragma once

#include "absl/strings/string_view.h"
#include "libs/postgres/connection.h"

namespace ordermesh::catalog {

// To be sent first in its transaction, before the row's own lock: it waits for every other change of the same `what`,
// "customer", with this id, and takes no transaction id. So transaction ids of one row's changes rise with its
// versions, which the order of its events in the outbox rests on. SELECT … FOR UPDATE alone is not enough: it takes one
// behind its first wait, and waits again when yet another has changed the row meanwhile.
void SendChangeLock(postgres::Connection::Pipeline& pipeline, absl::string_view what, absl::string_view id);

}  // namespace ordermesh::catalog
