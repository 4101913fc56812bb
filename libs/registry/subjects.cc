#include "libs/registry/subjects.h"

#include <functional>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/wire/registry_framing.h"

namespace ordermesh::registry {
namespace {

using google::protobuf::FileDescriptor;
using Versions = std::map<const FileDescriptor*, int>;
using Enter = std::function<absl::StatusOr<Registered>(const std::string& subject, const Schema& schema)>;

std::string SubjectOf(absl::string_view topic) { return absl::StrCat(topic, "-value"); }

Schema SchemaOf(const FileDescriptor& file, const Versions& versions) {
  Schema schema{.text = file.DebugString()};
  for (const FileDescriptor* import : ImportsOf(file)) {
    schema.references.push_back({import->name(), import->name(), versions.at(import)});
  }
  return schema;
}

// Enters what the message's file imports, each under its name, and then the file itself under the topic's subject.
absl::StatusOr<Registered> EnterAll(const TopicValue& value, const Enter& enter) {
  const std::vector<const FileDescriptor*> files = FilesOf(*value.message->file());
  Versions versions;
  for (const FileDescriptor* file : files) {
    const bool last = file == files.back();
    ASSIGN_OR_RETURN(const Registered registered,
                     enter(last ? SubjectOf(value.topic) : file->name(), SchemaOf(*file, versions)));
    if (last) return registered;
    versions[file] = registered.version;
  }
  return absl::InternalError("a message without a file");
}

}  // namespace

absl::Status RegisterValues(Client& client, const std::vector<TopicValue>& values, absl::string_view level) {
  for (const TopicValue& value : values) {
    RETURN_IF_ERROR(
        EnterAll(value, [&](const std::string& subject, const Schema& schema) -> absl::StatusOr<Registered> {
          // Told with all reasons, which a registration's refusal may not have.
          RETURN_IF_ERROR(client.CheckCompatible(subject, schema));
          ASSIGN_OR_RETURN(const Registered registered, client.Register(subject, schema));
          RETURN_IF_ERROR(client.SetCompatibility(subject, level));
          return registered;
        }).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> FramingOf(Client& client, const TopicValue& value) {
  ASSIGN_OR_RETURN(const Registered registered,
                   EnterAll(value, [&](const std::string& subject, const Schema& schema) -> absl::StatusOr<Registered> {
                     absl::StatusOr<Registered> found = client.Find(subject, schema);
                     if (!absl::IsNotFound(found.status())) return found;
                     RETURN_IF_ERROR(client.CheckCompatible(subject, schema));
                     return absl::FailedPreconditionError(
                         absl::StrCat("schema registry, subject ", subject,
                                      ": it has no such schema; ordermesh-migrate of this release registers it"));
                   }));
  return wire::RegistryFraming(registered.id, *value.message);
}

}  // namespace ordermesh::registry
