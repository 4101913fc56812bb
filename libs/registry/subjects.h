// The messages that topics carry, in a schema registry: a subject for each topic's value, and one for each file that is
// imported, under its name.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "libs/registry/client.h"

namespace ordermesh::registry {

// What a topic's values are.
struct TopicValue {
  std::string topic;
  const google::protobuf::Descriptor* message = nullptr;  // lives for ever
};

// Registers the file of each message and what it imports, under subjects of compatibility `level`. A subject that is
// there keeps what it has if it can: see Client::Register. Nothing is registered for a topic whose message can't be.
absl::Status RegisterValues(Client& client, const std::vector<TopicValue>& values, absl::string_view level);

// What goes in front of each value of the topic (wire::RegistryFraming). kFailedPrecondition: the registry does not
// have the message's file as this program has it; with the reasons when it could not be registered either.
absl::StatusOr<std::string> FramingOf(Client& client, const TopicValue& value);

}  // namespace ordermesh::registry
