#include "libs/base/failpoint.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "libs/base/mutex.h"
#include "libs/json/writer.h"

namespace ordermesh::base {

#ifndef ORDERMESH_FAILPOINTS

void HitFailpoint(absl::string_view) {}

#else

namespace {

struct Armed {
  int signal = SIGKILL;
  int at = 1;      // the passage that fires
  int passed = 0;  // so far
};

class Failpoints {
 public:
  // "name=crash@3,other=stop"; a malformed part ends the process, since a test that arms nothing proves nothing.
  explicit Failpoints(absl::string_view text) {
    for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
      std::vector<absl::string_view> sides = absl::StrSplit(part, '=');
      std::vector<absl::string_view> action = absl::StrSplit(sides.back(), '@');
      Armed armed;
      bool good = sides.size() == 2 && action.size() <= 2 && (action[0] == "crash" || action[0] == "stop");
      if (good && action[0] == "stop") armed.signal = SIGSTOP;
      if (good && action.size() == 2) good = absl::SimpleAtoi(action[1], &armed.at) && armed.at > 0;
      if (!good) {
        Say("error", "failpoint_malformed", [&](json::ObjectWriter& line) { line.String("part", part); });
        std::abort();
      }
      armed_.emplace(std::string(sides[0]), armed);
    }
  }

  void Hit(absl::string_view name) {
    int signal = 0;
    {
      MutexLock lock(mu_);
      auto it = armed_.find(name);
      if (it == armed_.end() || ++it->second.passed != it->second.at) return;
      signal = it->second.signal;
      Say("warning", "failpoint", [&](json::ObjectWriter& line) {
        line.String("name", name);
        line.Integer("passage", it->second.passed);
        line.String("action", signal == SIGKILL ? "crash" : "stop");
      });
    }
    std::raise(signal);
  }

 private:
  static void Say(absl::string_view level, absl::string_view event,
                  absl::FunctionRef<void(json::ObjectWriter&)> fields) {
    std::string line;
    {
      json::ObjectWriter object(line);
      object.String("level", level);
      object.String("event", event);
      fields(object);
    }
    line += '\n';
    // One write, so that the line is whole even though the process ends at once.
    if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
  }

  Mutex mu_;
  std::map<std::string, Armed, std::less<>> armed_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

void HitFailpoint(absl::string_view name) {
  static Failpoints* failpoints = [] {
    const char* text = std::getenv("ORDERMESH_FAILPOINTS");
    return new Failpoints(text == nullptr ? "" : text);
  }();
  failpoints->Hit(name);
}

#endif

}  // namespace ordermesh::base
