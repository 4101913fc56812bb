#include "tools/bench/load.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t Now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

absl::Status Load::Connect() {
  Connection::Events events;
  events.sent = [this](std::uint64_t call) {
    const Pending& pending = pending_[call];
    ++totals_.sent_in_all;
    // What leaves after the last second was not sent on the schedule.
    const Nanos now = Now();
    if (!pending.measured) return;
    totals_.latest_send_ms = std::max(totals_.latest_send_ms, static_cast<double>(now - pending.due) / 1e6);
    if (now < end_ + kSecond / 10) ++totals_.sent;
  };
  events.answered = [this](std::uint64_t call, int code) {
    const Pending& pending = pending_[call];
    ++answered_;
    --in_flight_;
    if (code == 0) ++totals_.ok_in_all;
    if (pending.measured) report_.Answered(code, absl::Nanoseconds(Now() - pending.due));
  };
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < options_.connections; ++i) {
    const Protocol protocol = options_.http ? Protocol::kHttp : Protocol::kGrpc;
    ASSIGN_OR_RETURN(auto connection, Connection::Open(options_.target, protocol, options_.deadline, events));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(i);
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->socket(), &event);
    connections_.push_back(std::move(connection));
    armed_for_write_.push_back(false);
  }
  return absl::OkStatus();
}

absl::Status Load::Run() {
  absl::Cleanup close_epoll = [this] {
    if (epoll_ >= 0) ::close(epoll_);
  };
  RETURN_IF_ERROR(Connect());
  start_ = Now() + kSecond / 20;
  measure_from_ = start_ + static_cast<Nanos>(options_.warm_up * 1e9);
  end_ = measure_from_ + static_cast<Nanos>(options_.seconds * 1e9);
  totals_.seconds = options_.seconds;
  const double calls = options_.max_rate ? 1e6 : options_.rate * (options_.warm_up + options_.seconds);
  pending_.reserve(static_cast<std::size_t>(calls) + 16);

  for (Nanos now = Now(); now < end_; now = Now()) {
    MeasureCpu(now);
    RETURN_IF_ERROR(BeginDue(now));
    const auto next = static_cast<double>(pending_.size()) / options_.rate * 1e9;
    const Nanos until = options_.max_rate ? now + kSecond / 10 : start_ + static_cast<Nanos>(std::ceil(next));
    RETURN_IF_ERROR(Wait(std::min(until, end_)));
  }
  RETURN_IF_ERROR(BeginDue(end_ - 1));
  totals_.cpu_seconds = CpuSeconds() - cpu_before_;
  const Nanos patience = Now() + static_cast<Nanos>((options_.deadline + 1) * 1e9);
  while (answered_ < pending_.size() && Now() < patience) RETURN_IF_ERROR(Wait(Now() + kSecond / 20));
  totals_.unanswered = pending_.size() - answered_;
  return absl::OkStatus();
}

void Load::MeasureCpu(Nanos now) {
  if (cpu_before_ < 0 && now >= measure_from_) cpu_before_ = CpuSeconds();
}

absl::Status Load::BeginDue(Nanos now) {
  if (options_.max_rate) {
    while (now < end_ && in_flight_ < static_cast<std::uint64_t>(options_.in_flight)) RETURN_IF_ERROR(Begin(Now()));
  } else {
    for (;;) {
      const Nanos due = start_ + static_cast<Nanos>(static_cast<double>(pending_.size()) / options_.rate * 1e9);
      if (due > now || due >= end_) break;
      RETURN_IF_ERROR(Begin(due));
    }
  }
  for (const auto& connection : connections_) RETURN_IF_ERROR(Serve(*connection, /*readable=*/false));
  return absl::OkStatus();
}

absl::Status Load::Begin(Nanos due) {
  const std::uint64_t call = pending_.size();
  pending_.push_back({due, IsMeasured(due)});
  if (pending_.back().measured) ++totals_.scheduled;
  ++in_flight_;
  return connections_[call % connections_.size()]->Call(call, pool_.Make(call));
}

absl::Status Load::Wait(Nanos until) {
  epoll_event events[64];
  const Nanos left = std::max<Nanos>(until - Now(), 0);
  const timespec timeout{left / kSecond, left % kSecond};
  const int count = epoll_pwait2(epoll_, events, 64, &timeout, nullptr);
  if (count < 0 && errno != EINTR) return absl::InternalError(absl::StrCat("epoll: ", std::strerror(errno)));
  for (int i = 0; i < count; ++i) {
    RETURN_IF_ERROR(Serve(*connections_[events[i].data.u32], (events[i].events & ~EPOLLOUT) != 0));
  }
  return absl::OkStatus();
}

absl::Status Load::Serve(Connection& connection, bool readable) {
  if (readable) RETURN_IF_ERROR(connection.Read());
  RETURN_IF_ERROR(connection.Flush());
  Arm(connection);
  return absl::OkStatus();
}

void Load::Arm(Connection& connection) {
  const auto at = std::find_if(connections_.begin(), connections_.end(),
                               [&](const auto& candidate) { return candidate.get() == &connection; });
  const auto index = static_cast<std::size_t>(at - connections_.begin());
  if (armed_for_write_[index] == connection.wants_write()) return;
  armed_for_write_[index] = connection.wants_write();
  epoll_event event{};
  event.events = EPOLLIN | (connection.wants_write() ? std::uint32_t{EPOLLOUT} : 0u);
  event.data.u32 = static_cast<std::uint32_t>(index);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket(), &event);
}

}  // namespace ordermesh::bench
