#include "libs/mesh/ops_server.h"

#include <microhttpd.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/json/writer.h"
#include "libs/mesh/listen_address.h"

namespace ordermesh::mesh {
namespace {

constexpr char kJson[] = "application/json";

// Connections in progress, each with so much memory for its request's head; more wait to be accepted. Idle and slow
// ones hold no thread, and are hung up on after kIdleSeconds without a byte.
constexpr unsigned kConnections = 1000;
constexpr std::size_t kHeadBytes = std::size_t{8} << 10;
constexpr unsigned kIdleSeconds = 5;

MHD_Result Send(MHD_Connection* connection, const OpsServer::Answer& answer) {
  MHD_Response* response =
      MHD_create_response_from_buffer(answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.type.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  const MHD_Result sent = MHD_queue_response(connection, static_cast<unsigned>(answer.code), response);
  MHD_destroy_response(response);
  return sent;
}

// On the server's thread, as soon as a request's head is there.
MHD_Result Handle(void* server, MHD_Connection* connection, const char* path, const char* method, const char*,
                  const char*, std::size_t*, void**) {
  const absl::string_view verb = method;
  if (verb != MHD_HTTP_METHOD_GET && verb != MHD_HTTP_METHOD_HEAD) {
    return Send(connection, {MHD_HTTP_METHOD_NOT_ALLOWED, kJson, R"({"error":"only GET and HEAD"})"});
  }
  return Send(connection, static_cast<const OpsServer*>(server)->Get(path));  // without the body for HEAD
}

absl::string_view Word(bool well) { return well ? "ok" : "failing"; }

// What can be served, and what each dependency says of itself, as JSON.
std::string DescribeReadiness(const Readiness& readiness, bool& ready) {
  ready = readiness.ready();
  const auto dependencies = readiness.Describe();
  std::string out;
  {
    json::ObjectWriter answer(out);
    answer.Bool("ready", ready);
    {
      json::ObjectWriter groups(answer.Name("groups"));
      for (const auto& [name, serves] : readiness.Groups()) groups.String(name, Word(serves));
    }
    {
      json::ObjectWriter all(answer.Name("dependencies"));
      for (const auto& [name, status] : dependencies) all.String(name, Word(status.ok()));
    }
    json::ArrayWriter failing(answer.Name("failing"));
    for (const auto& [name, status] : dependencies) {
      if (status.ok()) continue;
      json::ObjectWriter one(failing.Next());
      one.String("dependency", name);
      one.String("reason", status.message());
    }
  }
  return out + '\n';
}

}  // namespace

OpsServer::Answer OpsServer::Get(absl::string_view path) const {
  if (path == "/healthz") return {200, kJson, "{\"alive\":true}\n"};
  if (path == "/readyz") {
    bool ready = false;
    std::string body = DescribeReadiness(readiness_, ready);
    return {ready ? 200 : 503, kJson, std::move(body)};
  }
  if (path == "/metrics") return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.Scrape()};
  return {404, kJson, "{\"error\":\"there are /metrics, /healthz and /readyz\"}\n"};
}

absl::StatusOr<std::unique_ptr<OpsServer>> OpsServer::Start(absl::string_view listen, base::Metrics& metrics,
                                                            const Readiness& readiness) {
  absl::StatusOr<ListenAddress> address = ListenAddress::Parse(listen);
  if (!address.ok()) return base::Annotate(address.status(), "ops_listen");
  const std::string where = address->ToString();
  const absl::StatusOr<int> listener = Listen(*address);
  if (!listener.ok()) {
    return absl::UnavailableError(
        absl::StrCat("ops_listen: cannot listen on ", where, ": ", listener.status().message()));
  }
  std::unique_ptr<OpsServer> server(new OpsServer(metrics, readiness));
  server->address_ = address->ToString();
  server->daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, nullptr, nullptr, Handle, server.get(),
                                     MHD_OPTION_LISTEN_SOCKET, *listener, MHD_OPTION_CONNECTION_LIMIT, kConnections,
                                     MHD_OPTION_CONNECTION_MEMORY_LIMIT, kHeadBytes, MHD_OPTION_CONNECTION_TIMEOUT,
                                     kIdleSeconds, MHD_OPTION_END);
  if (server->daemon_ == nullptr) {
    close(*listener);
    return absl::UnavailableError(absl::StrCat("ops_listen: no thread could be had for ", where));
  }
  return server;
}

// Closes the listener and every connection.
OpsServer::~OpsServer() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

}  // namespace ordermesh::mesh
