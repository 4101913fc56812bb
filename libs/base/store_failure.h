// What went wrong with a store (a database, an index), in words that are the same for each kind of store. An adapter
// classifies its own errors, postgres::FailureOf; who answers turns the trouble into a refusal, api::StoreRefusal.
#pragma once

#include <string>

namespace ordermesh::base {

enum class StoreTrouble {
  kConflict,     // undone because of what others did at the same time: run it again
  kLocked,       // somebody else holds what is needed for longer than we wait
  kUnstorable,   // the store can't hold what was sent, whatever it has
  kConstraint,   // what was sent contradicts what is stored or declared; our code should have looked before
  kUnreachable,  // no connection, or it was lost
  kTooSlow,      // the store works, but ended the statement at its own time limit
  kNoRoom,       // the store has no room: disk, memory, connections
  kQueueFull,    // not run: as much as may waits for one of our connections
  kStopping,     // not run: this process is stopping
  kExpired,      // not run, or cut short: the caller's deadline has passed
  kGone,         // not run: the caller went away
  kFault,        // anything else: our statement is wrong, or not allowed
};

struct StoreFailure {
  StoreTrouble trouble = StoreTrouble::kFault;
  std::string code;  // the store's own, "53100"; fit to be told; empty: it gave none
};

}  // namespace ordermesh::base
