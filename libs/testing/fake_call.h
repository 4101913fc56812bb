// A call that a test makes up.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/trace.h"
#include "libs/mesh/call.h"
#include "libs/testing/fake_random.h"

namespace ordermesh::testing {

// Used on the lane's thread, like the real one.
class FakeCall : public mesh::CallContext {
 public:
  explicit FakeCall(aio::Lane& lane, absl::Duration timeout = absl::Seconds(5))
      : CallContext(NewTrace()), lane_(lane), deadline_(base::Deadline::In(timeout, lane.timer())) {}

  void SetMetadata(const std::string& key, std::string value) { metadata_[key] = {std::move(value)}; }
  void AddMetadata(const std::string& key, std::string value) { metadata_[key].push_back(std::move(value)); }
  void Cancel() {
    cancelled_ = true;
    gone_.request_stop();
    if (on_cancelled_) std::exchange(on_cancelled_, nullptr)();
  }

  base::Deadline deadline() const override { return deadline_; }
  bool cancelled() const override { return cancelled_ || deadline_.Expired(lane_.timer()); }
  void OnCancelled(aio::Job job) override {
    on_cancelled_ = std::move(job);
    if (cancelled_ && on_cancelled_) std::exchange(on_cancelled_, nullptr)();
  }
  absl::string_view metadata(absl::string_view key) const override {
    auto found = metadata_.find(std::string(key));
    return found == metadata_.end() ? absl::string_view() : absl::string_view(found->second.front());
  }
  std::vector<absl::string_view> metadata_values(absl::string_view key) const override {
    auto found = metadata_.find(std::string(key));
    if (found == metadata_.end()) return {};
    return {found->second.begin(), found->second.end()};
  }
  aio::Lane& lane() const override { return lane_; }
  std::stop_token gone() const override { return gone_.get_token(); }

 private:
  static base::TraceContext NewTrace() {
    FakeRandom random;
    return base::TraceContext::Continue("", random);
  }

  aio::Lane& lane_;
  const base::Deadline deadline_;
  std::map<std::string, std::vector<std::string>> metadata_;
  bool cancelled_ = false;
  std::stop_source gone_;
  aio::Job on_cancelled_;
};

}  // namespace ordermesh::testing
