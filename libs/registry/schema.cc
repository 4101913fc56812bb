#include "libs/registry/schema.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace ordermesh::registry {

using google::protobuf::FileDescriptor;

namespace {

void Add(const FileDescriptor& file, std::vector<const FileDescriptor*>& files) {
  if (std::find(files.begin(), files.end(), &file) != files.end()) return;
  for (const FileDescriptor* import : ImportsOf(file)) Add(*import, files);
  files.push_back(&file);
}

}  // namespace

std::vector<const FileDescriptor*> FilesOf(const FileDescriptor& file) {
  std::vector<const FileDescriptor*> files;
  Add(file, files);
  return files;
}

std::vector<const FileDescriptor*> ImportsOf(const FileDescriptor& file) {
  std::vector<const FileDescriptor*> imports;
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (!absl::StartsWith(file.dependency(i)->name(), "google/protobuf/")) imports.push_back(file.dependency(i));
  }
  return imports;
}

}  // namespace ordermesh::registry
