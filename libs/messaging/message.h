// What brokers carry: bytes and headers. What they mean is not known here.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ordermesh::messaging {

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace ordermesh::messaging
