#include "services/relay/app/outbox_store.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::relay {

std::string FeedSinkName(const std::string& schema, const std::string& sink) {
  return schema == "orders" ? sink : absl::StrCat(schema, ".", sink);
}

bool IsFull(const std::vector<Event>& events, const ReadLimits& limits) {
  std::size_t bytes = 0;
  for (const Event& event : events) bytes += event.payload.size();
  return events.size() >= static_cast<std::size_t>(limits.events) || bytes >= limits.bytes;
}

}  // namespace ordermesh::relay
