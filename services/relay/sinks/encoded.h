// A wave of events in a broker's form.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

template <class Message>
struct Encoded {
  // What `encode` refuses is refused in the report, with the reason; all else is unknown there until it is published.
  template <class Encode>
  Encoded(absl::Span<const Event* const> events, Encode encode, Sink::Report& report) {
    report.confirms.assign(events.size(), Sink::Confirm::kUnknown);
    report.reasons.resize(events.size());
    messages.reserve(events.size());
    of.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      absl::StatusOr<Message> message = encode(*events[i]);
      if (!message.ok()) {
        report.confirms[i] = Sink::Confirm::kRefused;
        report.reasons[i] = std::string(message.status().message());
        continue;
      }
      messages.push_back(*std::move(message));
      of.push_back(i);
    }
  }

  std::vector<Message> messages;
  std::vector<std::size_t> of;  // which event each of them is
};

}  // namespace ordermesh::relay
