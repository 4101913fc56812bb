#include "libs/mesh/health_service.h"

#include <algorithm>
#include <coroutine>
#include <optional>
#include <utility>

namespace ordermesh::mesh {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Health must answer when the server is full; the bounds are against a client gone wild.
constexpr int kMostChecks = 1000;
constexpr int kMostWatches = 10000;

}  // namespace

// A Watch that waits for a change, on its lane.
class HealthService::Watcher {
 public:
  explicit Watcher(LaneWatchers& lane) : lane_(lane) { lane_.watchers.insert(this); }
  ~Watcher() { lane_.watchers.erase(this); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void Wake() {
    woken_ = true;
    if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
  }
  // Awaitable: returns after the next Wake, or the last when nobody waited for it.
  auto Woken() {
    struct Awaiter {
      Watcher& watcher;
      bool await_ready() const noexcept { return watcher.woken_; }
      void await_suspend(std::coroutine_handle<> caller) noexcept { watcher.waiting_ = caller; }
      void await_resume() const noexcept { watcher.woken_ = false; }
    };
    return Awaiter{*this};
  }

 private:
  LaneWatchers& lane_;
  bool woken_ = false;
  std::coroutine_handle<> waiting_;
};

HealthService::HealthService(Readiness& readiness, Server& server) : readiness_(readiness), server_(server) {
  for (std::size_t i = 0; i < server.lane_count(); ++i) {
    lanes_.push_back(std::make_unique<LaneWatchers>(LaneWatchers{&server.lane(i), {}}));
  }
  server.Add(&service_);
  using Service = grpc::health::v1::Health::AsyncService;
  server.Unary("Check", &service_, &Service::RequestCheck,
               [this](CallContext&, const HealthCheckRequest& request, HealthCheckResponse& response) {
                 return Check(request, response);
               },
               {.slots = 4, .max_in_progress = kMostChecks});
  server.ServerStream("Watch", &service_, &Service::RequestWatch,
                      [this](CallContext& call, const HealthCheckRequest& request, Writer<HealthCheckResponse>& out) {
                        return Watch(call, request, out);
                      },
                      {.slots = 2, .max_in_progress = kMostWatches});
  listener_ = readiness_.OnChange([this] { WakeAll(); });
}

HealthService::~HealthService() { readiness_.Forget(listener_); }

HealthService::Status HealthService::StatusOf(const std::string& service) const {
  if (service == "liveness") return HealthCheckResponse::SERVING;
  if (const std::optional<bool> group = readiness_.ready(service)) {
    return *group ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
  }
  const std::vector<std::string>& names = server_.service_names();
  if (!service.empty() && service != "readiness" && !std::binary_search(names.begin(), names.end(), service)) {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  return readiness_.ready() ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

aio::Task<grpc::Status> HealthService::Check(const HealthCheckRequest& request, HealthCheckResponse& response) {
  const Status status = StatusOf(request.service());
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    co_return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such service");
  }
  response.set_status(status);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> HealthService::Watch(CallContext& call, const HealthCheckRequest& request,
                                             Writer<HealthCheckResponse>& out) {
  Watcher watcher(Here());
  call.OnCancelled([&watcher] { watcher.Wake(); });
  HealthCheckResponse response;
  bool told = false;
  while (!call.cancelled()) {
    const Status status = StatusOf(request.service());
    if (!told || status != response.status()) {
      response.set_status(status);
      told = true;
      auto write = out.Write(response);
      if (!co_await write) break;
      continue;  // It may have changed while it was written.
    }
    auto woken = watcher.Woken();
    co_await woken;
  }
  co_return grpc::Status::CANCELLED;
}

HealthService::LaneWatchers& HealthService::Here() {
  for (std::unique_ptr<LaneWatchers>& lane : lanes_) {
    if (lane->lane == aio::Lane::Current()) return *lane;
  }
  return *lanes_.front();  // A handler always runs on a lane of its server.
}

void HealthService::WakeAll() {
  for (std::unique_ptr<LaneWatchers>& lane : lanes_) {
    lane->lane->Post([lane = lane.get()] {
      const std::vector<Watcher*> all(lane->watchers.begin(), lane->watchers.end());
      for (Watcher* watcher : all) {
        if (lane->watchers.contains(watcher)) watcher->Wake();
      }
    });
  }
}

}  // namespace ordermesh::mesh
