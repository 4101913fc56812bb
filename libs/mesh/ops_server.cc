#include "libs/mesh/ops_server.h"

#include <civetweb.h>

#include <array>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/json.h"
#include "libs/base/status.h"
#include "libs/mesh/listen_address.h"

namespace ordermesh::mesh {
namespace {

constexpr char kJson[] = "application/json";

absl::string_view Reason(int code) {
  switch (code) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    default:
      return "Service Unavailable";
  }
}

void Send(mg_connection* connection, const OpsServer::Answer& answer, bool with_body) {
  std::string response = absl::StrCat("HTTP/1.1 ", answer.code, " ", Reason(answer.code),
                                      "\r\nContent-Type: ", answer.type, "\r\nContent-Length: ", answer.body.size(),
                                      "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
  if (with_body) response += answer.body;
  mg_write(connection, response.data(), response.size());
}

int Handle(mg_connection* connection) {
  const mg_request_info* request = mg_get_request_info(connection);
  const auto* server = static_cast<const OpsServer*>(request->user_data);
  const absl::string_view method = request->request_method;
  if (method != "GET" && method != "HEAD") {
    Send(connection, {405, kJson, R"({"error":"only GET and HEAD"})"}, true);
  } else {
    Send(connection, server->Get(request->local_uri), method == "GET");
  }
  return 1;  // done with
}

// What a dependency says of itself, as JSON.
std::string DescribeReadiness(const Readiness& readiness, bool& ready) {
  ready = readiness.ready();
  std::string failing;
  std::string all;
  for (const auto& [name, status] : readiness.Describe()) {
    absl::StrAppend(&all, all.empty() ? "" : ",", base::JsonString(name), ":", status.ok() ? "\"ok\"" : "\"failing\"");
    if (status.ok()) continue;
    absl::StrAppend(&failing, failing.empty() ? "" : ",", "{\"dependency\":", base::JsonString(name),
                    ",\"reason\":", base::JsonString(status.message()), "}");
  }
  return absl::StrCat("{\"ready\":", ready ? "true" : "false", ",\"dependencies\":{", all, "},\"failing\":[", failing,
                      "]}\n");
}

// Connects and hangs up.
void Knock(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host == "0.0.0.0") host = "127.0.0.1";
  std::array<char, 128> error{};
  const int port = std::atoi(address.c_str() + colon + 1);
  mg_connection* connection = mg_connect_client(host.c_str(), port, 0, error.data(), error.size());
  if (connection != nullptr) mg_close_connection(connection);
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
  std::unique_ptr<OpsServer> server(new OpsServer(metrics, readiness));
  const std::string where = address->ToString();
  const std::array<const char*, 7> options = {"listening_ports",    where.c_str(), "num_threads", "2",
                                              "request_timeout_ms", "5000",        nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = Handle;
  callbacks.log_message = [](const mg_connection*, const char*) { return 1; };  // We say it better.
  server->context_ = mg_start(&callbacks, server.get(), const_cast<const char**>(options.data()));
  mg_server_port port{};
  if (server->context_ == nullptr || mg_get_server_ports(server->context_, 1, &port) < 1) {
    return absl::UnavailableError(
        absl::StrCat("ops_listen: cannot listen on ", where, ": ", DescribeListenFailure(*address)));
  }
  address->port = port.port;
  server->address_ = address->ToString();
  return server;
}

OpsServer::~OpsServer() {
  if (context_ == nullptr) return;
  // civetweb looks for the wish to stop only when a connection comes or every two seconds: knock until it has stopped.
  const std::jthread knock([address = address_](std::stop_token stop) {
    while (base::SystemClock().SleepFor(absl::Milliseconds(5), stop)) Knock(address);
  });
  mg_stop(context_);
}

}  // namespace ordermesh::mesh
