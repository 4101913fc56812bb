#include "services/migrate/retry.h"

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/retry.h"

namespace ordermesh::migrate {
namespace {

constexpr base::BackoffPolicy kPauses = {.initial = absl::Milliseconds(50), .max = absl::Seconds(1)};

bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

absl::Status RetryUntil(base::Deadline deadline, absl::string_view what, base::Timer& timer, base::Random& random,
                        absl::FunctionRef<absl::Status()> attempt) {
  for (base::Retry retry(kPauses, timer, random, deadline);;) {
    const absl::Status status = attempt();
    if (!IsPassing(status)) return status;
    retry.Failed();
    base::LogWarning("waiting", {{"for", what}, {"tries", retry.failures()}, {"reason", status.message()}});
    if (!retry.Pause()) {
      return absl::UnavailableError(
          absl::StrCat(what, ": given up after ", retry.failures(), " tries: ", status.message()));
    }
  }
}

}  // namespace ordermesh::migrate
