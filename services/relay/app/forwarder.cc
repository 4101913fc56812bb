#include "services/relay/app/forwarder.h"

#include <algorithm>
#include <utility>

#include "libs/base/failpoint.h"
#include "libs/base/log.h"
#include "libs/base/status.h"

namespace ordermesh::relay {

Forwarder::Forwarder(ForwarderOptions options, OutboxStore& outbox, Sink& sink, SinkMetrics metrics, base::Clock& clock,
                     base::Timer& timer, base::Random& random)
    : options_(std::move(options)),
      outbox_(outbox),
      metrics_(metrics),
      clock_(clock),
      timer_(timer),
      random_(random),
      interruptions_(options_.backoff, timer, random),
      publisher_(sink, options_.publish_timeout),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

void Forwarder::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    absl::Status status = StandBy(stop);
    if (status.ok() && !stop.stop_requested()) {
      status = Feed(stop);
      if (metrics_.active.Value() == 1 && !status.ok()) metrics_.restarts.Add();
      metrics_.active.Set(0);
    }
    outbox_.Release();
    ahead_.reset();
    if (status.ok()) continue;
    if (interruptions_.Failed()) {
      base::LogWarning("relay_interrupted", {{"sink", options_.sink}, {"reason", status.message()}});
    }
    interruptions_.Pause(stop);
  }
  base::LogInfo("relay_ended", {{"sink", options_.sink}});
}

absl::Status Forwarder::StandBy(std::stop_token stop) {
  for (bool said = false; !stop.stop_requested(); said = true) {
    ASSIGN_OR_RETURN(const bool active, outbox_.TryLock());
    if (active) return absl::OkStatus();
    if (!said) base::LogInfo("relay_standby", {{"sink", options_.sink}});
    timer_.SleepFor(options_.lock_poll, stop);
  }
  return absl::OkStatus();
}

absl::Status Forwarder::Feed(std::stop_token stop) {
  // A database that was restored fails here, until somebody has decided: nothing is published meanwhile.
  ASSIGN_OR_RETURN(cursor_, outbox_.LoadCursor());
  interruptions_.Succeeded();
  metrics_.active.Set(1);
  base::LogInfo("relay_active", {{"sink", options_.sink}});
  absl::Duration pause = options_.read_pause;
  while (!stop.stop_requested()) {
    const base::SteadyTime began = timer_.SteadyNow();
    std::vector<Event> events;
    if (ahead_.has_value()) {
      events = *std::exchange(ahead_, std::nullopt);
    } else {
      ASSIGN_OR_RETURN(events, outbox_.Read(cursor_, options_.batch));
    }
    full_ = IsFull(events, options_.batch);
    pause = events.empty() ? std::min(2 * pause, options_.idle_read_pause) : options_.read_pause;
    if (!events.empty()) {
      Batch batch(std::move(events));
      absl::Status delivered = Deliver(batch, stop);
      publisher_.Finish();  // it may still point into the batch
      RETURN_IF_ERROR(delivered);
    }
    if (full_) continue;  // there is more
    if (const absl::Duration left = began + pause - timer_.SteadyNow(); left > absl::ZeroDuration()) {
      timer_.SleepFor(left, stop);
    }
  }
  return absl::OkStatus();
}

absl::Status Forwarder::Deliver(Batch& batch, std::stop_token stop) {
  base::Retry retry(options_.backoff, timer_, random_);
  while (!batch.done()) {
    ASSIGN_OR_RETURN(const Sink::Report report, PublishWave(batch));
    batch.Settle(report);
    // A crash here repeats the wave, and loses nothing.
    base::HitFailpoint("relay_after_confirm");
    if (const Position reached = batch.Reached(cursor_); reached != cursor_) {
      RETURN_IF_ERROR(outbox_.Advance(cursor_, reached));
      cursor_ = reached;
    }
    if (stop.stop_requested()) return absl::OkStatus();
    const bool went_through = std::all_of(report.confirms.begin(), report.confirms.end(), [](Sink::Confirm outcome) {
      return outcome == Sink::Confirm::kDelivered || outcome == Sink::Confirm::kRefused;
    });
    if (went_through) {
      retry.Succeeded();
      continue;
    }
    metrics_.failures.Add();
    if (retry.Failed()) LogFailure(report, retry.failures());
    retry.Pause(stop);
    RETURN_IF_ERROR(outbox_.Heartbeat());
  }
  return absl::OkStatus();
}

absl::StatusOr<Sink::Report> Forwarder::PublishWave(Batch& batch) {
  const std::vector<const Event*>& wave = batch.NextWave();
  const base::SteadyTime began = timer_.SteadyNow();
  publisher_.Start(wave);
  RETURN_IF_ERROR(ReadAhead(batch));
  std::optional<Sink::Report> report;
  while (!(report = publisher_.Wait(options_.heartbeat)).has_value()) RETURN_IF_ERROR(outbox_.Heartbeat());
  metrics_.publish_seconds.Observe(absl::ToDoubleSeconds(timer_.SteadyNow() - began));
  metrics_.batch_size.Observe(static_cast<double>(wave.size()));
  RETURN_IF_ERROR(Bury(wave, *report));
  Count(wave, *report);
  return *std::move(report);
}

// What follows a full batch is read while that is on its way; it is published when all of the batch has arrived.
absl::Status Forwarder::ReadAhead(const Batch& batch) {
  if (ahead_.has_value() || !full_) return absl::OkStatus();
  ASSIGN_OR_RETURN(ahead_, outbox_.Read(batch.last(), options_.batch));
  return absl::OkStatus();
}

absl::Status Forwarder::Bury(const std::vector<const Event*>& wave, const Sink::Report& report) {
  for (std::size_t i = 0; i < wave.size(); ++i) {
    if (report.confirms[i] != Sink::Confirm::kRefused) continue;
    RETURN_IF_ERROR(outbox_.Bury(*wave[i], report.reasons[i]));
    metrics_.buried.Add();
    base::LogError("relay_buried", {{"sink", options_.sink},
                                    {"event_id", wave[i]->id.ToString()},
                                    {"subject", wave[i]->subject},
                                    {"reason", report.reasons[i]}});
  }
  return absl::OkStatus();
}

void Forwarder::Count(const std::vector<const Event*>& wave, const Sink::Report& report) {
  const absl::Time now = clock_.Now();
  int delivered = 0, unroutable = 0;
  for (std::size_t i = 0; i < wave.size(); ++i) {
    unroutable += report.confirms[i] == Sink::Confirm::kUnroutable ? 1 : 0;
    if (report.confirms[i] != Sink::Confirm::kDelivered) continue;
    ++delivered;
    metrics_.delay_seconds.Observe(absl::ToDoubleSeconds(now - wave[i]->created_at));
  }
  metrics_.confirmed.Add(delivered);
  metrics_.unroutable.Add(unroutable);
  metrics_.blocked.Set(report.blocked ? 1 : 0);
}

void Forwarder::LogFailure(const Sink::Report& report, int failures) const {
  const auto unroutable = std::count(report.confirms.begin(), report.confirms.end(), Sink::Confirm::kUnroutable);
  base::LogWarning("relay_publish_failed",
                   {{"sink", options_.sink},
                    {"failures", failures},
                    {"events", report.confirms.size()},
                    {"unroutable", unroutable},
                    {"reason", report.status.ok() ? "no queue takes it" : report.status.message()}});
}

}  // namespace ordermesh::relay
