// Schemas as a registry keeps them: the text of a .proto file, and the subjects of those that it imports.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace ordermesh::registry {

struct Reference {
  std::string name;     // as the import statement has it
  std::string subject;  // that it is registered under: the same
  int version = 0;      // of that subject
};

struct Schema {
  std::string text;
  std::vector<Reference> references;
};

// The files that `file` imports, directly or not, each behind those that it imports itself; `file` is the last. Without
// google/protobuf/…, which every registry has.
std::vector<const google::protobuf::FileDescriptor*> FilesOf(const google::protobuf::FileDescriptor& file);

// The files that `file` itself imports, as far as FilesOf has them.
std::vector<const google::protobuf::FileDescriptor*> ImportsOf(const google::protobuf::FileDescriptor& file);

}  // namespace ordermesh::registry
