#include "libs/base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "libs/base/mutex.h"

namespace ordermesh::base {
namespace {

prometheus::Labels ToLabels(const MetricLabels& labels) { return prometheus::Labels(labels.begin(), labels.end()); }

}  // namespace

void Counter::Add(double n) const { static_cast<prometheus::Counter*>(counter_)->Increment(n); }
double Counter::Value() const { return static_cast<prometheus::Counter*>(counter_)->Value(); }

void Gauge::Set(double value) const { static_cast<prometheus::Gauge*>(gauge_)->Set(value); }
void Gauge::Add(double n) const { static_cast<prometheus::Gauge*>(gauge_)->Increment(n); }
double Gauge::Value() const { return static_cast<prometheus::Gauge*>(gauge_)->Value(); }

void Histogram::Observe(double value) const { static_cast<prometheus::Histogram*>(histogram_)->Observe(value); }
std::pair<std::uint64_t, double> Histogram::CountAndSum() const {
  const prometheus::ClientMetric metric = static_cast<prometheus::Histogram*>(histogram_)->Collect();
  return {metric.histogram.sample_count, metric.histogram.sample_sum};
}

const std::vector<double>& LatencyBuckets() {
  static const auto* buckets = new std::vector<double>{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                       0.1,     0.25,   0.5,   1,      2.5,   5,    10,    30};
  return *buckets;
}

const std::vector<double>& BatchSizeBuckets() {
  static const auto* buckets = new std::vector<double>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
  return *buckets;
}

struct Metrics::State {
  template <class Metric>
  struct Families {
    template <class Build>
    prometheus::Family<Metric>& Get(prometheus::Registry& registry, const Build& build, absl::string_view name,
                                    absl::string_view help) {
      auto it = by_name.find(std::string(name));
      if (it == by_name.end()) {
        prometheus::Family<Metric>& family = build().Name(std::string(name)).Help(std::string(help)).Register(registry);
        it = by_name.emplace(std::string(name), &family).first;
      }
      return *it->second;
    }
    std::map<std::string, prometheus::Family<Metric>*> by_name;
  };

  prometheus::Registry registry;
  Mutex mu;
  Families<prometheus::Counter> counters ABSL_GUARDED_BY(mu);
  Families<prometheus::Gauge> gauges ABSL_GUARDED_BY(mu);
  Families<prometheus::Histogram> histograms ABSL_GUARDED_BY(mu);
  std::vector<absl::AnyInvocable<void()>> updates ABSL_GUARDED_BY(mu);
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::AddCounter(absl::string_view name, absl::string_view help, const MetricLabels& labels) {
  MutexLock lock(state_->mu);
  Counter counter;
  counter.counter_ =
      &state_->counters.Get(state_->registry, prometheus::BuildCounter, name, help).Add(ToLabels(labels));
  return counter;
}

Gauge Metrics::AddGauge(absl::string_view name, absl::string_view help, const MetricLabels& labels) {
  MutexLock lock(state_->mu);
  Gauge gauge;
  gauge.gauge_ = &state_->gauges.Get(state_->registry, prometheus::BuildGauge, name, help).Add(ToLabels(labels));
  return gauge;
}

Histogram Metrics::AddHistogram(absl::string_view name, absl::string_view help, const std::vector<double>& buckets,
                                const MetricLabels& labels) {
  MutexLock lock(state_->mu);
  Histogram histogram;
  histogram.histogram_ =
      &state_->histograms.Get(state_->registry, prometheus::BuildHistogram, name, help).Add(ToLabels(labels), buckets);
  return histogram;
}

void Metrics::OnScrape(absl::AnyInvocable<void()> update) {
  MutexLock lock(state_->mu);
  state_->updates.push_back(std::move(update));
}

std::string Metrics::Scrape() {
  {
    MutexLock lock(state_->mu);
    for (absl::AnyInvocable<void()>& update : state_->updates) update();
  }
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace ordermesh::base
