// What goes in front of the values of our topics, asked of a registry once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"
#include "libs/registry/client.h"
#include "libs/registry/subjects.h"

namespace ordermesh::registry {

// Once the registry has answered for a topic, it is not asked again. Thread-safe; blocks while it asks. `timer` and
// `random` must outlive it.
class Framings {
 public:
  // Of these topics. Without a registry (`config.url` is empty) there is no framing.
  Framings(const RegistryConfig& config, std::vector<TopicValue> values, base::Timer& timer, base::Random& random);

  // As FramingOf; empty without a registry. kInternal: it is none of the topics.
  absl::StatusOr<std::string> Of(absl::string_view topic);
  // Whether the framings of all topics are known; asks for those that are not.
  absl::Status Check();

 private:
  absl::StatusOr<std::string> Ask(absl::string_view topic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::vector<TopicValue> values_;
  base::Mutex mu_;
  std::unique_ptr<Client> client_ ABSL_GUARDED_BY(mu_);  // nullptr: no registry
  std::map<std::string, std::string, std::less<>> known_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::registry
