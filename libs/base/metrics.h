// Prometheus metrics behind small handles, so that no other header includes the library.
//
// Names start with ordermesh_ and end in their unit; every service lists its names in one <service>_metrics.h. Labels
// have few values. A handle is cheap to copy, thread-safe, and valid as long as its registry.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"

namespace ordermesh::base {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void Add(double n = 1) const;
  double Value() const;

 private:
  friend class Metrics;
  void* counter_ = nullptr;  // prometheus::Counter
};

class Gauge {
 public:
  void Set(double value) const;
  void Add(double n) const;
  double Value() const;

 private:
  friend class Metrics;
  void* gauge_ = nullptr;  // prometheus::Gauge
};

class Histogram {
 public:
  void Observe(double value) const;
  // How many were observed, and their sum; for tests.
  std::pair<std::uint64_t, double> CountAndSum() const;

 private:
  friend class Metrics;
  void* histogram_ = nullptr;  // prometheus::Histogram
};

// Upper bounds that fit seconds of latency, from 0.25 ms to 30 s.
const std::vector<double>& LatencyBuckets();
// 1, 2, 4, … up to 512.
const std::vector<double>& BatchSizeBuckets();

// One for each process. Thread-safe. Asking again for the same name and labels gives the same metric.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter AddCounter(absl::string_view name, absl::string_view help, const MetricLabels& labels = {});
  Gauge AddGauge(absl::string_view name, absl::string_view help, const MetricLabels& labels = {});
  Histogram AddHistogram(absl::string_view name, absl::string_view help, const std::vector<double>& buckets,
                         const MetricLabels& labels = {});

  // Called before every scrape, to set gauges that are read rather than counted. Must not block.
  void OnScrape(absl::AnyInvocable<void()> update);

  // The text exposition format, version 0.0.4.
  std::string Scrape();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ordermesh::base
