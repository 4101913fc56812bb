#include "libs/mesh/server_call.h"

#include "libs/mesh/grpc_time.h"

namespace ordermesh::mesh::internal {

ServerCall::ServerCall(LaneMethod& method, bool streaming)
    : CallContext(base::TraceContext::Continue("", method.core.random)), method_(method), streaming_(streaming) {
  method_.core.live.Add();
  if (streaming_) Reset();
}

ServerCall::~ServerCall() {
  context_.reset();
  method_.core.live.Remove();
}

bool ServerCall::cancelled() const {
  if (draining_) told_to_stop_ = true;
  return draining_ || done() || deadline_.Expired(method_.core.timer);
}

std::stop_token ServerCall::gone() const {
  if (!gone_.has_value()) {
    gone_.emplace();
    told_to_stop_ |= draining_;
    if (draining_ || done()) gone_->request_stop();
  }
  return gone_->get_token();
}

void ServerCall::TellGone() {
  if (gone_.has_value()) gone_->request_stop();
}

void ServerCall::OnCancelled(aio::Job job) {
  on_cancelled_ = std::move(job);
  if (!on_cancelled_ || !(draining_ || done())) return;
  told_to_stop_ |= draining_;
  std::exchange(on_cancelled_, nullptr)();
}

absl::string_view ServerCall::metadata(absl::string_view key) const {
  const auto& all = context_->client_metadata();
  const auto it = all.find(grpc::string_ref(key.data(), key.size()));
  return it == all.end() ? absl::string_view() : absl::string_view(it->second.data(), it->second.size());
}

std::vector<absl::string_view> ServerCall::metadata_values(absl::string_view key) const {
  std::vector<absl::string_view> values;
  const auto [first, last] = context_->client_metadata().equal_range(grpc::string_ref(key.data(), key.size()));
  for (auto it = first; it != last; ++it) values.emplace_back(it->second.data(), it->second.size());
  return values;
}

void ServerCall::Reset() {
  context_.emplace();
  done_tag_.fired = false;
  ended_ = false;
  on_cancelled_ = nullptr;
  gone_.reset();
  context_->AsyncNotifyWhenDone(static_cast<Tag*>(&done_tag_));
}

bool ServerCall::Begin() {
  method_.core.in_progress.fetch_add(1, std::memory_order_relaxed);
  started_ = method_.core.timer.SteadyNow();
  base::SteadyTime deadline = FromGprTime(context_->raw_deadline());
  if (deadline == base::SteadyTime::InfiniteFuture() && !streaming_) {
    deadline = started_ + method_.core.options.default_deadline;
  }
  deadline_ = base::Deadline::At(deadline);
  trace_ = base::TraceContext::Continue(metadata("traceparent"), method_.core.random);
  method_.probe.Started();
  admitted_ = method_.admission.TryEnter();
  return admitted_;
}

void ServerCall::End(const grpc::Status& status) {
  ended_ = true;
  on_cancelled_ = nullptr;
  if (std::exchange(admitted_, false)) method_.admission.Leave();
  const base::SteadyTime now = method_.core.timer.SteadyNow();
  method_.probe.Completed(status, now - started_, now, trace_.trace_id());
}

void ServerCall::BeginDrain() {
  draining_ = true;
  told_to_stop_ |= gone_.has_value();
  TellGone();
  if (!on_cancelled_) return;
  told_to_stop_ = true;
  std::exchange(on_cancelled_, nullptr)();
}

void ServerCall::DoneTag::Complete(bool ok) {
  static_cast<void>(ok);
  fired = true;
  call_.TellGone();
  if (!call_.ended_ && call_.on_cancelled_) {
    std::exchange(call_.on_cancelled_, nullptr)();
  } else if (waiting) {
    std::exchange(waiting, nullptr).resume();
  }
}

}  // namespace ordermesh::mesh::internal
