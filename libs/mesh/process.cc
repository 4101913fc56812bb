#include "libs/mesh/process.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/exit_codes.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/mesh/cores.h"
#include "libs/mesh/grpc_log.h"
#include "libs/mesh/health_service.h"
#include "libs/mesh/listen_address.h"
#include "libs/mesh/ops_server.h"
#include "libs/mesh/protobuf_log.h"
#include "libs/mesh/server.h"
#include "libs/mesh/signals.h"

namespace ordermesh::mesh {
namespace {

constexpr int kMostLanes = 4;
constexpr absl::Duration kWatchdogMargin = absl::Seconds(5);

// Ends the process when a shutdown hangs: when it is not told to stop in time.
class Watchdog {
 public:
  explicit Watchdog(absl::Duration patience)
      : thread_([patience](std::stop_token stop) {
          if (!base::SystemTimer().SleepFor(patience, stop)) return;
          base::LogError("shutdown_hangs", {{"waited_ms", absl::ToInt64Milliseconds(patience)}});
          _exit(base::kExitInternal);
        }) {}

 private:
  std::jthread thread_;
};

class RunningProcess final : public Process {
 public:
  explicit RunningProcess(const ProcessConfig& config) : config_(config) {}

  base::Metrics& metrics() override { return metrics_; }
  Readiness& readiness() override {
    if (readiness_ == nullptr) SetDependencies({}, {});
    return *readiness_;
  }
  void SetDependencies(std::vector<std::string> names, std::vector<HealthGroup> groups) override {
    readiness_ = std::make_unique<Readiness>(std::move(names), std::move(groups));
  }
  Server& server() override {
    if (server_ == nullptr) MakeServer();
    return *server_;
  }
  base::Clock& clock() override { return base::SystemClock(); }
  base::Timer& timer() override { return base::SystemTimer(); }
  void OnStop(absl::AnyInvocable<void()> stop) override { stops_.push_back(std::move(stop)); }

  void RequestStop(absl::Status reason) override {
    base::MutexLock lock(mu_);
    if (stop_.has_value()) return;
    stop_ = std::move(reason);
    changed_.NotifyAll();
  }

  absl::Status Serve() override {
    absl::Status started = Start();
    if (!started.ok()) {
      Stop();
      return started;
    }
    absl::Status reason = WaitForStop();
    base::LogInfo("draining", {{"delay_ms", absl::ToInt64Milliseconds(config_.drain_delay)},
                               {"timeout_ms", absl::ToInt64Milliseconds(config_.drain_timeout)}});
    watchdog_.emplace(config_.drain_delay + config_.drain_timeout + kWatchdogMargin);
    readiness().StartDraining();
    // Whoever balances over us needs a moment to see that we are not ready.
    if (reason.ok()) timer().SleepFor(config_.drain_delay, std::stop_token());
    Stop();
    base::LogInfo("stopped");
    return reason;
  }

  bool serving() const {
    base::MutexLock lock(mu_);
    return serving_;
  }

 private:
  void MakeServer() {
    ServerOptions options;
    options.listen = config_.listen;
    options.lanes = config_.lanes > 0 ? config_.lanes : std::clamp(AvailableCores() / 2, 1, kMostLanes);
    options.max_calls = config_.max_calls;
    options.max_streams = config_.max_streams;
    options.max_connection_age = config_.max_connection_age;
    server_ = std::make_unique<Server>(options, metrics_, timer(), base::SystemRandom());
  }

  absl::Status Start() {
    {
      base::MutexLock lock(mu_);
      serving_ = true;
    }
    health_ = std::make_unique<HealthService>(readiness(), server());
    const base::Gauge ready = metrics_.AddGauge("ordermesh_ready", "1 when the process is ready, else 0.");
    metrics_.OnScrape([this, ready] { ready.Set(readiness_->ready() ? 1 : 0); });
    for (const auto& [name, serves] : readiness_->Groups()) {
      const base::Gauge group = metrics_.AddGauge(
          "ordermesh_group_ready", "1 when what this group of calls needs is there, else 0.", {{"group", name}});
      metrics_.OnScrape([this, group, name = name] { group.Set(readiness_->ready(name).value_or(false) ? 1 : 0); });
    }
    if (!config_.ops_listen.empty()) {
      absl::StatusOr<std::unique_ptr<OpsServer>> ops = OpsServer::Start(config_.ops_listen, metrics_, *readiness_);
      if (!ops.ok()) return ops.status();
      ops_ = *std::move(ops);
    }
    absl::Status listening = server_->Start();
    if (!listening.ok()) return listening;
    start_end_.emplace([this](std::stop_token stop) {
      if (timer().SleepFor(config_.start_grace, std::move(stop))) readiness_->EndStart();
    });
    base::LogInfo("listening", {{"grpc", server_->address()}, {"ops", ops_ == nullptr ? "" : ops_->address()}});
    return absl::OkStatus();
  }

  absl::Status WaitForStop() {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, std::stop_token(), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stop_.has_value(); });
    return *stop_;
  }

  // The ops server stays until nothing runs any more, so that metrics are read and "not ready" is answered meanwhile;
  // no longer, because what a scrape reads may go away when Serve has returned.
  void Stop() {
    server_->Drain(config_.drain_timeout);
    for (auto stop = stops_.rbegin(); stop != stops_.rend(); ++stop) (*stop)();
    server_->CloseLanes();
    health_.reset();
    ops_.reset();
  }

  const ProcessConfig& config_;
  std::optional<Watchdog> watchdog_;  // First: watches over the end of all others.
  base::Metrics metrics_;
  std::unique_ptr<Readiness> readiness_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<HealthService> health_;
  std::vector<absl::AnyInvocable<void()>> stops_;
  std::unique_ptr<OpsServer> ops_;

  mutable base::Mutex mu_;
  base::CondVar changed_;
  bool serving_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> stop_ ABSL_GUARDED_BY(mu_);
  std::optional<std::jthread> start_end_;  // Last: it uses what stands above.
};

void OnSignal(RunningProcess& process, int signal, int count) {
  const std::string name = signal == SIGTERM ? "SIGTERM" : "SIGINT";
  if (count > 1) {
    base::LogError("second_signal", {{"signal", name}});
    _exit(base::kExitInternal);
  }
  base::LogInfo("signal", {{"signal", name}});
  if (!process.serving()) EndBySignal(signal);
  process.RequestStop(absl::OkStatus());
}

// One line that a person reads; the log may not be set up yet.
int Fail(const std::string& name, int code, absl::string_view message) {
  base::LogError("failed", {{"process", name}, {"exit_code", code}, {"reason", message}});
  return code;
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return base::kExitOk;
    case absl::StatusCode::kUnavailable:
      return base::kExitUnavailable;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
      return base::kExitConfig;
    default:
      return base::kExitInternal;
  }
}

void LogConfiguration(const base::ConfigFields& fields) {
  const std::vector<std::pair<std::string, std::string>> described = base::DescribeConfig(fields);
  std::vector<base::LogField> line;
  line.reserve(described.size());
  for (const auto& [name, value] : described) line.emplace_back(name, value);
  base::LogList(base::LogLevel::kInfo, "configuration", line);
}

}  // namespace

void ProcessConfig::Declare(base::ConfigFields& fields) {
  fields.Text("log_level", log_level, "the least level that is logged: debug, info, warning, error");
  if (!serves) return;
  fields.Text("listen", listen, "where gRPC is served, host:port; port 0: any free one");
  fields.Text("ops_listen", ops_listen, "where /metrics, /healthz and /readyz are served over HTTP, host:port");
  fields.Integer("lanes", lanes, "threads that serve calls; 0: half as many as cores, 1 to 4").AtLeast(0).AtMost(64);
  fields
      .Integer("max_calls", max_calls,
               "unary calls in progress; more are refused with RESOURCE_EXHAUSTED. The gateway counts CreateOrder, "
               "CancelOrder and the rest apart")
      .AtLeast(1);
  fields.Integer("max_streams", max_streams, "streams in progress; more are refused with RESOURCE_EXHAUSTED")
      .AtLeast(1);
  fields
      .Seconds("max_connection_age_s", max_connection_age,
               "after it a client is asked to connect anew, so that it finds new replicas")
      .AtLeast(1);
  fields
      .Milliseconds("start_grace_ms", start_grace,
                    "how long a process that has just started waits for all that it needs before it serves a part")
      .AtLeast(0);
  fields.Milliseconds("drain_delay_ms", drain_delay, "after SIGTERM: not ready, but still serving").AtLeast(0);
  fields.Milliseconds("drain_timeout_ms", drain_timeout, "then: how long calls under way may take to end").AtLeast(0);
}

int RunProcess(const std::string& name, ProcessConfig& config, int argc, char** argv,
               const std::function<void(base::ConfigFields&)>& declare,
               const std::function<absl::Status(Process&)>& assemble) {
  base::InitLog(name, base::LogLevel::kInfo);
  // gRPC locks with absl::Mutex, which Debian builds with its search for deadlock cycles on: 3 % of a gateway's CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  base::ConfigFields fields;
  config.Declare(fields);
  declare(fields);
  const std::vector<absl::string_view> args(argv + 1, argv + argc);
  if (std::find(args.begin(), args.end(), "--help") != args.end()) {
    std::fputs(base::ConfigHelp(absl::StrCat("ordermesh-", name), fields).c_str(), stdout);
    return base::kExitOk;
  }
  if (std::find(args.begin(), args.end(), "--print_config") != args.end()) {
    std::fputs(base::ConfigTable(fields).c_str(), stdout);
    return base::kExitOk;
  }
  const absl::Status loaded = base::LoadConfig(
      args, [](const char* variable) { return std::getenv(variable); }, fields);
  if (!loaded.ok()) {
    return Fail(name, base::IsUsageError(loaded) ? base::kExitUsage : base::kExitConfig, loaded.message());
  }
  base::LogLevel level = base::LogLevel::kInfo;
  if (const absl::Status parsed = base::ParseLogLevel(config.log_level, level); !parsed.ok()) {
    return Fail(name, base::kExitConfig, absl::StrCat("log_level: ", parsed.message()));
  }
  base::InitLog(name, level);
  RedirectGrpcLog();
  RedirectProtobufLog();
  LogConfiguration(fields);

  // Before anything is assembled that would have to be taken down again.
  for (const auto& [setting, address] :
       {std::pair("listen", &config.listen), std::pair("ops_listen", &config.ops_listen)}) {
    if (address->empty()) continue;
    if (const absl::Status free = CheckListen(setting, *address); !free.ok()) {
      return Fail(name, ExitCodeOf(free), free.ToString());
    }
  }

  RunningProcess process(config);
  const SignalThread signals([&process](int signal, int count) { OnSignal(process, signal, count); });
  const absl::Status ended = assemble(process);
  if (!ended.ok()) return Fail(name, ExitCodeOf(ended), ended.ToString());
  return base::kExitOk;
}

}  // namespace ordermesh::mesh
