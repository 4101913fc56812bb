// Where events go.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/relay/app/event.h"

namespace ordermesh::relay {

// A broker. Belongs to one thread.
class Sink {
 public:
  virtual ~Sink() = default;

  enum class Confirm {
    kDelivered,   // the broker has it for good
    kUnknown,     // it may have it: publish it again
    kUnroutable,  // it has no place for it now: publish it again, when somebody has made one
    kRefused,     // it will never take it
  };
  struct Report {
    // Not OK: some are kUnknown, and this is why.
    absl::Status status;
    std::vector<Confirm> confirms;     // one for each event
    std::vector<std::string> reasons;  // for those refused; empty otherwise
    bool blocked = false;              // the broker takes nothing from anyone just now
  };

  // Publishes all and waits for every confirm, at most about `timeout` (and the time to connect). No two events are of
  // one order: what the broker makes of the order within a batch is its own affair.
  virtual Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) = 0;

  // Called at least every second while nothing is published: keeps the connection alive.
  virtual void Idle() = 0;
};

}  // namespace ordermesh::relay
