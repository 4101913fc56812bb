#include "services/notifier/app/retry_policy.h"

#include <algorithm>

namespace ordermesh::notifier {

Mark RetryPolicy::Judge(const ClaimedNotification& notification, const SendResult& result, absl::Time now) const {
  Mark mark = {
      .id = notification.id, .claim = notification.claim, .state = State::kSent, .retry_after = {}, .error = ""};
  if (result.kind == SendResult::Kind::kSent) return mark;
  mark.error = result.error;
  if (GivesUp(notification, result)) {
    mark.state = State::kFailed;
    return mark;
  }
  mark.state = State::kPending;
  if (result.kind == SendResult::Kind::kUnreachable) {
    mark.counts = false;
    const base::BackoffPolicy only_jitter = {
        .initial = std::clamp(now - notification.created_at, backoff_.initial, backoff_.max),
        .max = backoff_.max,
        .multiplier = 1,
        .jitter = backoff_.jitter};
    mark.retry_after = base::BackoffDelay(only_jitter, 1, random_);
    return mark;
  }
  mark.retry_after =
      std::max(base::BackoffDelay(backoff_, notification.attempt, random_), std::min(result.retry_after, backoff_.max));
  return mark;
}

}  // namespace ordermesh::notifier
