#include "services/migrate/retry.h"

#include <stop_token>

#include "absl/strings/str_cat.h"
#include "libs/base/backoff.h"
#include "libs/base/log.h"

namespace ordermesh::migrate {
namespace {

constexpr base::BackoffPolicy kPauses = {.initial = absl::Milliseconds(50), .max = absl::Seconds(1)};

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

absl::Status RetryUntil(base::Deadline deadline, absl::string_view what, base::Timer& timer, base::Random& random,
                        absl::FunctionRef<absl::Status()> attempt) {
  for (int failures = 1;; ++failures) {
    const absl::Status status = attempt();
    if (!IsPassing(status)) return status;
    const absl::Duration pause = base::BackoffDelay(kPauses, failures, random);
    if (pause >= deadline.Remaining(timer)) {
      return absl::UnavailableError(absl::StrCat(what, ": given up after ", failures, " tries: ", status.message()));
    }
    base::LogWarning("waiting", {{"for", what}, {"tries", failures}, {"reason", status.message()}});
    timer.SleepFor(pause, std::stop_token());
  }
}

}  // namespace ordermesh::migrate
