// An HTTP server that answers by a script.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"
#include "libs/testing/http_request.h"
#include "libs/testing/tcp_server.h"

namespace ordermesh::testing {

inline std::string HttpAnswer(absl::string_view status, absl::string_view body = "", absl::string_view headers = "") {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers, "Content-Length: ", body.size(), "\r\n\r\n", body);
}

// At the end of an answer: the server closes the connection behind it.
inline constexpr char kCut[] = "<cut>";

// Gives the answers in this order, the last one again and again, on connections that it keeps. An empty answer: none.
class HttpServer {
 public:
  explicit HttpServer(std::vector<std::string> answers) : answers_(std::move(answers)) {}

  std::string Url(absl::string_view path = "/") const {
    return absl::StrCat("http://127.0.0.1:", server_.port(), path);
  }
  std::vector<HttpRequest> requests() {
    base::MutexLock lock(mu_);
    return requests_;
  }
  int connections() {
    base::MutexLock lock(mu_);
    return connections_;
  }
  void WaitForRequest() {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, {}, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !requests_.empty(); });
  }

 private:
  void Serve(TcpServer::Connection& connection, int number) {
    for (;;) {
      HttpRequest request = ReadHttpRequest(connection);
      if (request.lines.empty()) return;
      std::string answer;
      {
        base::MutexLock lock(mu_);
        connections_ = number + 1;
        answer = answers_[std::min(requests_.size(), answers_.size() - 1)];
        requests_.push_back(std::move(request));
        changed_.NotifyAll();
      }
      const bool cut = absl::EndsWith(answer, kCut);
      connection.Write(cut ? answer.substr(0, answer.size() - sizeof kCut + 1) : answer);
      if (cut) return;
    }
  }

  const std::vector<std::string> answers_;
  base::Mutex mu_;
  base::CondVar changed_;
  std::vector<HttpRequest> requests_ ABSL_GUARDED_BY(mu_);
  int connections_ ABSL_GUARDED_BY(mu_) = 0;
  TcpServer server_{[this](TcpServer::Connection& connection, int number) { Serve(connection, number); }};
};

}  // namespace ordermesh::testing
