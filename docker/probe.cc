// ordermesh-probe PORT PATH: is the server of this container well? For the health checks of docker/compose.yaml.
//
// Docker looks from inside of a container, and our images have nothing to look with: the edge's has not even a shell.
// (Kubernetes asks from outside and needs none of this.) Statically linked, since the edge's C library is another.
//
// Sends GET PATH to 127.0.0.1:PORT and prints what is answered, which `docker inspect` shows. Exit code 0: 200 within
// two seconds. 1: anything else, as Docker wants it. 64: wrong usage.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr timeval kPatience = {.tv_sec = 2, .tv_usec = 0};
constexpr std::size_t kMostShown = 1024;

int Fail(const char* step) {
  std::printf("%s: %s\n", step, std::strerror(errno));
  return EXIT_FAILURE;
}

int Ask(std::uint16_t port, const std::string& path) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connection < 0) return Fail("socket");
  // The first also bounds connecting.
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) return Fail("connect");
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  if (send(connection, request.data(), request.size(), MSG_NOSIGNAL) < 0) return Fail("send");

  std::string answer;
  char part[512];
  ssize_t length = 0;
  while (answer.size() < kMostShown && (length = recv(connection, part, sizeof part, 0)) > 0) {
    answer.append(part, static_cast<std::size_t>(length));
  }
  close(connection);
  if (length < 0) return Fail("receive");
  const bool well = answer.starts_with("HTTP/1.1 200 ");
  const std::size_t body = answer.find("\r\n\r\n");
  std::printf("%s%s%s\n", answer.substr(0, answer.find('\r')).c_str(), body == std::string::npos ? "" : ": ",
              body == std::string::npos ? "" : answer.substr(body + 4).c_str());
  return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  const long port = argc == 3 ? std::strtol(argv[1], nullptr, 10) : 0;
  if (port < 1 || port > 65535 || argv[2][0] != '/') {
    std::fputs("usage: ordermesh-probe PORT PATH, for example ordermesh-probe 51051 /readyz\n", stderr);
    return 64;
  }
  return Ask(static_cast<std::uint16_t>(port), argv[2]);
}
