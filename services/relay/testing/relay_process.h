// The real process, started and signalled by a test.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace ordermesh::relay {

class RelayProcess {
 public:
  // Starts it with these flags and these variables (NAME=value) besides the test's own.
  explicit RelayProcess(std::vector<std::string> flags, std::vector<std::string> variables = {});
  ~RelayProcess();  // kills it, if it runs
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  void Signal(int number) const;
  // Its exit code, or minus the signal that ended it; waits for its end.
  int Wait();
  // All that it logged.
  std::string Log() const;
  // GET of a path of its ops server: the body, and the status code. Empty while it does not listen.
  std::string Get(const std::string& path, int* code = nullptr) const;
  // The value of a metric, as it is written there: `ordermesh_relay_active{sink="kafka"}`; -1 when it isn't there.
  double Metric(const std::string& name) const;

 private:
  std::string OpsPort() const;

  pid_t pid_ = 0;
  std::string log_path_;
  mutable std::string port_;
};

}  // namespace ordermesh::relay
