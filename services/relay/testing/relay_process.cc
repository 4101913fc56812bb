#include "services/relay/testing/relay_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

extern char** environ;

namespace ordermesh::relay {

RelayProcess::RelayProcess(std::vector<std::string> flags, std::vector<std::string> variables) {
  char path[] = "/tmp/relay-process-XXXXXX";
  const int log = mkstemp(path);
  log_path_ = path;
  std::vector<std::string> arguments = {ORDERMESH_RELAY_BINARY, "--listen=127.0.0.1:0", "--ops_listen=127.0.0.1:0",
                                        "--drain_delay_ms=0"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  std::vector<char*> argv, env;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  for (char** variable = environ; *variable != nullptr; ++variable) env.push_back(*variable);
  for (std::string& variable : variables) env.push_back(variable.data());
  env.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(log, STDERR_FILENO);
    execve(argv[0], argv.data(), env.data());
    _exit(127);
  }
  close(log);
}

RelayProcess::~RelayProcess() {
  if (pid_ != 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
  unlink(log_path_.c_str());
}

void RelayProcess::Signal(int number) const { kill(pid_, number); }

int RelayProcess::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string RelayProcess::Log() const {
  std::ifstream file(log_path_);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string RelayProcess::OpsPort() const {
  if (!port_.empty()) return port_;
  const std::string log = Log();
  const std::size_t listening = log.find(R"("event":"listening")");
  const std::size_t ops = listening == std::string::npos ? listening : log.find(R"("ops":"127.0.0.1:)", listening);
  if (ops == std::string::npos) return "";
  const std::size_t begin = log.find(':', ops + 6) + 1;
  port_ = log.substr(begin, log.find('"', begin) - begin);
  return port_;
}

std::string RelayProcess::Get(const std::string& path, int* code) const {
  int port = 0;
  if (!absl::SimpleAtoi(OpsPort(), &port)) return "";
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n");
    char buffer[4096];
    if (write(socket, request.data(), request.size()) > 0) {
      for (ssize_t n = 0; (n = read(socket, buffer, sizeof buffer)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(n));
    }
  }
  close(socket);
  if (code != nullptr && (answer.size() < 12 || !absl::SimpleAtoi(answer.substr(9, 3), code))) *code = 0;
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

double RelayProcess::Metric(const std::string& name) const {
  const std::string scrape = Get("/metrics");
  for (absl::string_view line : absl::StrSplit(scrape, '\n')) {
    double value = 0;
    if (line.substr(0, name.size()) == name && absl::SimpleAtod(line.substr(name.size()), &value)) return value;
  }
  return -1;
}

}  // namespace ordermesh::relay
