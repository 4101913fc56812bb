// HTTP requests as a scripted server sees them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "libs/testing/tcp_server.h"

namespace ordermesh::testing {

struct HttpRequest {
  std::vector<std::string> lines;  // the request line and the headers; none: the connection ended
  std::string body;

  // The value of the first header of that name, of either case; empty: there is none.
  std::string Header(const std::string& name) const {
    for (const std::string& line : lines) {
      if (absl::StartsWithIgnoreCase(line, name + ": ")) return line.substr(name.size() + 2);
    }
    return "";
  }
};

// Reads one with its body, which has a Content-Length.
inline HttpRequest ReadHttpRequest(TcpServer::Connection& connection) {
  HttpRequest request;
  for (std::string line = connection.ReadLine(); !line.empty(); line = connection.ReadLine()) {
    request.lines.push_back(line);
  }
  std::size_t length = 0;
  if (absl::SimpleAtoi(request.Header("content-length"), &length)) {
    if (absl::StartsWithIgnoreCase(request.Header("expect"), "100")) connection.Write("HTTP/1.1 100 Continue\r\n\r\n");
    request.body = connection.Read(length);
  }
  return request;
}

}  // namespace ordermesh::testing
