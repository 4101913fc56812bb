#include "libs/registry/framings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::registry {

Framings::Framings(const RegistryConfig& config, std::vector<TopicValue> values, base::Timer& timer,
                   base::Random& random)
    : values_(std::move(values)),
      client_(config.url.empty() ? nullptr : std::make_unique<Client>(config, timer, random)) {}

absl::StatusOr<std::string> Framings::Of(absl::string_view topic) {
  base::MutexLock lock(mu_);
  if (client_ == nullptr) return "";
  return Ask(topic);
}

absl::Status Framings::Check() {
  base::MutexLock lock(mu_);
  if (client_ == nullptr) return absl::OkStatus();
  for (const TopicValue& value : values_) RETURN_IF_ERROR(Ask(value.topic).status());
  return absl::OkStatus();
}

absl::StatusOr<std::string> Framings::Ask(absl::string_view topic) {
  if (const auto known = known_.find(topic); known != known_.end()) return known->second;
  for (const TopicValue& value : values_) {
    if (value.topic != topic) continue;
    ASSIGN_OR_RETURN(std::string framing, FramingOf(*client_, value));
    known_.emplace(topic, framing);
    return framing;
  }
  return absl::InternalError(absl::StrCat("no message is known for the topic ", topic));
}

}  // namespace ordermesh::registry
