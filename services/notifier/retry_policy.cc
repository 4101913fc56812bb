#include "services/notifier/retry_policy.h"

#include <algorithm>

namespace ordermesh::notifier {

Mark RetryPolicy::Judge(const Delivery& delivery, const SendResult& result) const {
  Mark mark = {.id = delivery.id, .claim = delivery.claim, .state = State::kSent, .retry_after = {}, .error = ""};
  if (result.kind == SendResult::Kind::kSent) return mark;
  mark.error = result.error;
  if (GivesUp(delivery, result)) {
    mark.state = State::kFailed;
    return mark;
  }
  mark.state = State::kPending;
  mark.retry_after =
      std::max(base::BackoffDelay(backoff_, delivery.attempt, random_), std::min(result.retry_after, backoff_.max));
  return mark;
}

}  // namespace ordermesh::notifier
