#include "tests/integration/gateway/service_process.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ordermesh::gateway {
namespace {

constexpr char kListening[] = "\"event\":\"listening\"";

std::string FieldOf(const std::string& line, const std::string& name) {
  const std::string start = absl::StrCat("\"", name, "\":\"");
  const std::size_t at = line.find(start);
  if (at == std::string::npos) return "";
  return line.substr(at + start.size(), line.find('"', at + start.size()) - at - start.size());
}

}  // namespace

ServiceProcess::ServiceProcess(const std::string& binary, std::vector<std::string> flags, const std::string& listen) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  flags.insert(flags.begin(), binary);
  flags.push_back("--listen=" + listen);
  flags.push_back("--ops_listen=127.0.0.1:0");
  std::vector<char*> arguments;
  for (std::string& flag : flags) arguments.push_back(flag.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    // Whatever happens to the test, nothing of it stays.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(127);
    dup2(ends[1], STDERR_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv(binary.c_str(), arguments.data());
    _exit(127);
  }
  if (pid_ < 0) std::abort();
  close(ends[1]);
  reader_ = std::jthread([this, read_end = ends[0]] { Read(read_end); });

  base::MutexLock lock(mu_);
  const bool listening =
      grown_.WaitFor(mu_, std::stop_token(), absl::Seconds(20), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        const std::size_t at = log_.find(kListening);
        return closed_ || (at != std::string::npos && log_.find('\n', at) != std::string::npos);
      });
  const std::size_t at = log_.find(kListening);
  if (!listening || at == std::string::npos) {
    std::fprintf(stderr, "%s does not listen:\n%s\n", binary.c_str(), log_.c_str());
    std::abort();
  }
  const std::string line = log_.substr(at);
  grpc_ = FieldOf(line, "grpc");
  ops_ = FieldOf(line, "ops");
}

ServiceProcess::~ServiceProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

void ServiceProcess::Signal(int number) { kill(pid_, number); }

int ServiceProcess::Wait() {
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string ServiceProcess::log() const {
  base::MutexLock lock(mu_);
  return log_;
}

void ServiceProcess::Read(int pipe) {
  char bytes[4096];
  for (ssize_t got; (got = read(pipe, bytes, sizeof bytes)) > 0;) {
    base::MutexLock lock(mu_);
    log_.append(bytes, static_cast<std::size_t>(got));
    grown_.NotifyAll();
  }
  close(pipe);
  base::MutexLock lock(mu_);
  closed_ = true;
  grown_.NotifyAll();
}

std::string ServiceProcess::Get(const std::string& path) const {
  const std::vector<std::string> address = absl::StrSplit(ops_, ':');
  int port = 0;
  if (address.size() != 2 || !absl::SimpleAtoi(address[1], &port)) return "";
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, address[0].c_str(), &to.sin_addr);
  std::string answer;
  if (connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    if (write(connection, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
      char bytes[4096];
      for (ssize_t got; (got = read(connection, bytes, sizeof bytes)) > 0;) answer.append(bytes, got);
    }
  }
  close(connection);
  return answer.substr(std::min<std::size_t>(answer.size(), sizeof "HTTP/1.1"));
}

double ServiceProcess::Metric(const std::string& name, const std::string& labels) const {
  double sum = 0;
  for (absl::string_view line : absl::StrSplit(Get("/metrics"), '\n')) {
    if (!absl::StartsWith(line, name) || line.find(labels) == absl::string_view::npos) continue;
    if (line.size() <= name.size() || (line[name.size()] != '{' && line[name.size()] != ' ')) continue;
    double value = 0;
    if (absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value)) sum += value;
  }
  return sum;
}

double ServiceProcess::WaitFor(const std::string& path, const std::string& text) const {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const std::string answer = Get(path);
    if (answer.find(text) != std::string::npos) return took.count();
    if (took.count() > 20) {
      ADD_FAILURE() << path << " never said " << text << ", but\n" << answer << "\n" << log();
      return took.count();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace ordermesh::gateway
