// Four threads post 20,000 jobs to a lane that the main thread runs. Built twice for the ThreadSanitizer tests: as it
// is, when nothing must be reported, and with ORDERMESH_WITHOUT_MUTEX, when a race must be: that twin proves that the
// tool would see a mistake.
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "libs/aio/lane.h"

namespace {

class RacedLane : public ordermesh::aio::Lane {
 public:
  RacedLane() : Lane(ordermesh::base::SystemTimer()) {}
  void Run() { RunPosted(); }

 protected:
  void Wake() override {}
  void WakeAt(ordermesh::base::SteadyTime) override {}
};

}  // namespace

int main() {
  constexpr int kThreads = 4, kJobs = 5000;
  RacedLane lane;
  int ran = 0;
  std::atomic<int> posting = kThreads;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kJobs; ++i) lane.Post([&ran] { ++ran; });
      --posting;
    });
  }
  while (posting > 0) lane.Run();
  lane.Run();
  std::printf("ran %d\n", ran);
  return ran == kThreads * kJobs ? 0 : 1;
}
