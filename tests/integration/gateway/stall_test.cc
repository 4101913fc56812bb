// What a database that hung for a while leaves behind: nothing. Readers who gave up meanwhile have asked again, and
// their first question must not be answered before their second.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/aio/completion.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "libs/testing/status_matchers.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

constexpr int kReaders = 300;
constexpr absl::Duration kPatience = absl::Seconds(4);

PostgresOrderStore::Options WithALongQueue() {
  PostgresOrderStore::Options options;
  options.max_waiting = 512;
  return options;
}

void Pass(absl::Duration time) { base::SystemTimer().SleepFor(time, {}); }

// The process that forked `pid`; 0 when it has ended.
pid_t ParentOf(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string stat;
  std::getline(file, stat);
  // Behind the name, which is in parentheses and may contain spaces: the state, the parent.
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(stat.rfind(')') + 1), ' ');
  int parent = 0;
  return fields.size() > 2 && absl::SimpleAtoi(fields[2], &parent) ? parent : 0;
}

// A whole PostgreSQL server, the test's own, stopped as a machine is that swaps or is moved; it goes on at the end.
class StoppedServer {
 public:
  explicit StoppedServer(pid_t server) : processes_{server} {
    Signal(SIGSTOP);  // First the one that makes others.
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      int pid = 0;
      if (absl::SimpleAtoi(entry.path().filename().string(), &pid) && ParentOf(pid) == server) {
        processes_.push_back(pid);
      }
    }
    Signal(SIGSTOP);
  }
  ~StoppedServer() { Signal(SIGCONT); }
  StoppedServer(const StoppedServer&) = delete;
  StoppedServer& operator=(const StoppedServer&) = delete;

 private:
  void Signal(int signal) const {
    for (const pid_t process : processes_) kill(process, signal);
  }

  std::vector<pid_t> processes_;
};

// Readers each of whom asks again when it has its answer, or when it has waited long enough for it.
class StallTest : public ::testing::Test {
 protected:
  StallTest() {
    world_.SetStock(ProductNumber(1), 10);
    // A read takes as long as one of a large page from a disk: a hundred a second for all.
    world_.Run(
        "CREATE FUNCTION orders.take_time() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_sleep(0.04); RETURN true; END $$;"
        "ALTER TABLE orders.orders ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY reads_take_time ON orders.orders USING (CASE current_setting('application_name') "
        "WHEN 'ordermesh-gateway' THEN orders.take_time() ELSE true END) WITH CHECK (true)");
    aio::RunSync(lane_, [&]() -> aio::Task<void> {
      auto accept = world_.store().Accept(lane_, {AnAcceptance(1, {ALine(1)})});
      const auto stored = co_await accept;
      EXPECT_THAT(stored.front(), ordermesh::testing::IsOk());
    });
    reading_ = kReaders;
    for (int i = 0; i < kReaders; ++i) lane_.Post([this] { aio::Spawn(Reader()); });
  }
  ~StallTest() override {
    leaving_ = true;
    while (reading_ > 0) Pass(absl::Milliseconds(5));
  }

  // How many reads a second were answered in time, of those that were answered from now on.
  double Goodput(absl::Duration time) {
    const int before = answered_;
    Pass(time);
    return (answered_ - before) / absl::ToDoubleSeconds(time);
  }
  pid_t Server() { return ParentOf(static_cast<pid_t>(world_.Number("SELECT pg_backend_pid()"))); }

 private:
  aio::Task<void> Reader() {
    while (!leaving_) {
      aio::Completion<bool> done(lane_);
      const aio::Waiter waiter{lane_, base::Deadline::In(kPatience, lane_.timer())};
      ++reading_;
      aio::Spawn(Read(waiter, done.setter()));
      const aio::Lane::TimerId patience =
          lane_.At(waiter.deadline.time(), [set = done.setter()] { set.SetOnLane(false); });
      const bool refused = !co_await done;
      lane_.Cancel(patience);
      auto pause = lane_.Sleep(refused ? absl::Milliseconds(200) : absl::ZeroDuration());  // what a refusal asks for
      co_await pause;
    }
    --reading_;
  }
  aio::Task<void> Read(aio::Waiter waiter, aio::Completion<bool>::Setter set) {
    auto get = world_.store().Get(waiter, "default", OrderNumber(1));
    const absl::StatusOr<domain::Order> order = co_await get;
    if (!waiter.deadline.Expired(lane_.timer())) {
      if (order.ok()) ++answered_;
      set.SetOnLane(order.ok());
    }
    --reading_;
  }

  PostgresWorld world_{WithALongQueue()};
  std::atomic<int> reading_{0}, answered_{0};
  std::atomic<bool> leaving_{false};
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(StallTest, GoodputIsBackTwoSecondsAfterTheDatabase) {
  Pass(absl::Seconds(4));  // until every reader waits in its turn
  const double before = Goodput(absl::Seconds(3));
  ASSERT_GT(before, 0);
  {
    const StoppedServer stopped(Server());
    Pass(absl::Seconds(10));
  }
  Pass(absl::Seconds(2));
  EXPECT_GE(Goodput(absl::Seconds(3)), before / 2) << "it was " << before;
}

}  // namespace
}  // namespace ordermesh::gateway
