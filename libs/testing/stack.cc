#include "libs/testing/stack.h"

#include <cstdio>
#include <cstdlib>

namespace ordermesh::testing {

std::string Stack::Variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    std::fprintf(stderr, "%s is not set; run this test under: tools/stack run -- …\n", name);
    std::exit(1);
  }
  return value;
}

void Stack::Command(const std::string& verb, const std::string& more) {
  const std::string command = std::string(ORDERMESH_SOURCE_DIR "/tools/stack ") + verb + " --dir '" +
                              Variable("ORDERMESH_STACK_DIR") + "' " + more;
  if (std::system(command.c_str()) == 0) return;
  std::fprintf(stderr, "failed: %s\n", command.c_str());
  std::exit(1);
}

}  // namespace ordermesh::testing
