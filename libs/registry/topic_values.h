// What the values of our topics are.
#pragma once

#include <vector>

#include "libs/registry/subjects.h"

namespace ordermesh::registry {

// Every topic that carries messages in Protobuf's binary form.
std::vector<TopicValue> TopicValues();

}  // namespace ordermesh::registry
