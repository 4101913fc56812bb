// A service as its own process, on free ports.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

#include "libs/base/mutex.h"

namespace ordermesh::gateway {

class ServiceProcess {
 public:
  // Starts `binary` with these flags and waits until it says where it listens; ends the test process when it doesn't.
  ServiceProcess(const std::string& binary, std::vector<std::string> flags, const std::string& listen = "127.0.0.1:0");
  ~ServiceProcess();  // SIGKILL, if it still runs
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  const std::string& grpc() const { return grpc_; }
  void Signal(int number);
  // Waits for its end and gives its exit code; -signal when one ended it.
  int Wait();
  // All that it has logged so far.
  std::string log() const;

  // The answer of its ops server: "200 …\r\n…". Empty: no connection.
  std::string Get(const std::string& path) const;
  // The sum of a metric over the label sets that hold `labels`.
  double Metric(const std::string& name, const std::string& labels = "") const;
  // Polls `path` until the answer holds `text` and gives how long it took, in seconds; fails the test after 20.
  double WaitFor(const std::string& path, const std::string& text) const;

 private:
  void Read(int pipe);

  pid_t pid_ = -1;
  std::string grpc_, ops_;
  mutable base::Mutex mu_;
  base::CondVar grown_;
  std::string log_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::jthread reader_;  // Last: it uses what stands above.
};

}  // namespace ordermesh::gateway
