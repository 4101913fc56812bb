#include "libs/mesh/server.h"

#include <google/protobuf/descriptor.h>
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/security/server_credentials.h>

#include <algorithm>
#include <latch>
#include <limits>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/mesh/grpc_log.h"
#include "libs/mesh/grpc_time.h"
#include "libs/mesh/keepalive.h"
#include "libs/mesh/listen_address.h"
#include "libs/mesh/message_limits.h"
#include "libs/mesh/overload.h"

namespace ordermesh::mesh {
namespace {

// No call in progress for so long: those who are still connected have nothing to lose.
constexpr absl::Duration kHangUpAfter = absl::Milliseconds(200);
constexpr absl::Duration kHangUpStep = absl::Milliseconds(10);

// The service that has the method, looked for where its request is declared; empty when it is not there.
std::string ServiceOf(const google::protobuf::Descriptor* request, absl::string_view method) {
  const google::protobuf::FileDescriptor* file = request->file();
  for (int i = 0; i < file->service_count(); ++i) {
    const auto* found = file->service(i)->FindMethodByName(std::string(method));
    if (found != nullptr && found->input_type() == request) return file->service(i)->full_name();
  }
  return "";
}

int ToMillis(absl::Duration duration) {
  return static_cast<int>(std::min<std::int64_t>(absl::ToInt64Milliseconds(duration), std::numeric_limits<int>::max()));
}

}  // namespace

ServerCore::ServerCore(const ServerOptions& options, base::Timer& timer, base::Random& random)
    : options(options),
      timer(timer),
      random(random),
      overloaded(OverloadedStatus("too many calls are in progress; retry later", options.retry_after)),
      stopping(grpc::StatusCode::UNAVAILABLE, "the server is stopping; resume the stream elsewhere"),
      calls(options.max_calls),
      streams(options.max_streams) {}

Server::Server(const ServerOptions& options, base::Metrics& metrics, base::Timer& timer, base::Random& random)
    : core_(options, timer, random), metrics_(metrics) {
  for (int i = 0; i < options.lanes; ++i) {
    std::unique_ptr<grpc::ServerCompletionQueue> queue = builder_.AddCompletionQueue();
    auto lane = std::make_unique<ServerLane>();
    lane->queue = queue.get();
    lanes_.push_back(std::make_unique<GrpcLane>(timer, std::move(queue)));
    lane->lane = lanes_.back().get();
    server_lanes_.push_back(std::move(lane));
  }
}

Server::~Server() {
  Drain(absl::ZeroDuration());
  CloseLanes();
}

void Server::AddMethod(absl::string_view name, const google::protobuf::Descriptor* request, int slots,
                       Admission& admission, const MethodOptions& options, std::unique_ptr<internal::Method> method) {
  method->probe = std::make_unique<MethodProbe>(name, metrics_);
  method->slots = options.slots > 0 ? options.slots : slots;
  method->admission = &admission;
  if (options.max_in_progress > 0) {
    method->own_admission = std::make_unique<Admission>(options.max_in_progress);
    method->admission = method->own_admission.get();
  }
  methods_.push_back(std::move(method));
  const std::string service = ServiceOf(request, name);
  const auto at = std::lower_bound(service_names_.begin(), service_names_.end(), service);
  if (!service.empty() && (at == service_names_.end() || *at != service)) service_names_.insert(at, service);
}

void Server::Configure() {
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  builder_.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder_.SetMaxSendMessageSize(kMaxMessageBytes);
  builder_.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  // Without it a second process shares the port silently.
  builder_.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, ToMillis(kKeepaliveTime));
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ToMillis(kKeepaliveTimeout));
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder_.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, ToMillis(kKeepaliveLeast));
  builder_.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, ToMillis(core_.options.handshake_timeout));
  builder_.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, ToMillis(core_.options.max_connection_age));
  builder_.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, ToMillis(core_.options.max_connection_age_grace));
}

absl::Status Server::Start() {
  if (core_.options.listen.empty()) return absl::OkStatus();
  absl::StatusOr<ListenAddress> address = ListenAddress::Parse(core_.options.listen);
  if (!address.ok()) return base::Annotate(address.status(), "listen");
  Configure();
  int port = 0;
  {
    QuietGrpcLog quiet;
    builder_.AddListeningPort(address->ToString(), grpc::InsecureServerCredentials(), &port);
    server_ = builder_.BuildAndStart();
  }
  if (server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("listen: cannot listen on ", address->ToString(), ": ", DescribeListenFailure(*address)));
  }
  address->port = port;
  address_ = address->ToString();
  OpenMethods();
  return absl::OkStatus();
}

void Server::OpenMethods() {
  std::latch opened(static_cast<std::ptrdiff_t>(server_lanes_.size()));
  for (std::unique_ptr<ServerLane>& lane : server_lanes_) {
    for (std::unique_ptr<internal::Method>& method : methods_) {
      method->lanes.push_back(std::make_unique<internal::LaneMethod>(
          internal::LaneMethod{core_, *lane, *method->probe, *method->admission, method->slots}));
      lane->lane->Post([method = method.get(), lane = method->lanes.back().get()] { method->Open(*lane); });
    }
    lane->lane->Post([&opened] { opened.count_down(); });
  }
  opened.wait();
}

void Server::Drain(absl::Duration timeout) {
  if (server_ == nullptr || std::exchange(drained_, true)) return;
  for (std::unique_ptr<ServerLane>& lane : server_lanes_) {
    lane->lane->Post([lane = lane.get()] {
      lane->draining = true;
      const std::vector<Drainable*> streams(lane->streams.begin(), lane->streams.end());
      for (Drainable* stream : streams) {
        if (lane->streams.contains(stream)) stream->Drain();
      }
    });
  }
  const std::jthread hang_up([this](std::stop_token stop) { HangUpWhenQuiet(std::move(stop)); });
  server_->Shutdown(ToGprTime(core_.timer.SteadyNow() + timeout));
  core_.live.WaitForZero();
}

// A client that is idle may notice only after seconds that it was asked to go, and would hold the shutdown as long.
void Server::HangUpWhenQuiet(std::stop_token stop) {
  absl::Duration quiet;
  while (quiet < kHangUpAfter) {
    if (!core_.timer.SleepFor(kHangUpStep, stop)) return;
    quiet = core_.in_progress.load(std::memory_order_relaxed) == 0 ? quiet + kHangUpStep : absl::ZeroDuration();
  }
  grpc_server_cancel_all_calls(server_->c_server());
}

void Server::CloseLanes() {
  for (std::unique_ptr<GrpcLane>& lane : lanes_) lane->Close();
  server_.reset();
}

}  // namespace ordermesh::mesh
