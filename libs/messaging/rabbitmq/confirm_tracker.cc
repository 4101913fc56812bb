#include "libs/messaging/rabbitmq/confirm_tracker.h"

#include <algorithm>

namespace ordermesh::rabbitmq {

ConfirmTracker::ConfirmTracker(std::uint64_t first_tag, std::size_t messages)
    : first_tag_(first_tag), outcomes_(messages, Outcome::kUnknown) {
  sent_.reserve(messages);
}

void ConfirmTracker::Sent(std::size_t index) {
  sent_.push_back({index, true});
  ++outstanding_;
}

bool ConfirmTracker::Settle(std::uint64_t tag, bool multiple, Outcome outcome) {
  if (tag >= next_tag() || (tag == 0 && !multiple)) return false;
  if (tag != 0 && tag < first_tag_) return true;  // of an earlier batch
  if (!multiple) {
    Close(sent_[tag - first_tag_], outcome);
  } else {
    const std::size_t end = tag == 0 ? sent_.size() : tag - first_tag_ + 1;
    for (std::size_t i = lowest_open_; i < end; ++i) Close(sent_[i], outcome);
    lowest_open_ = std::max(lowest_open_, end);
  }
  while (lowest_open_ < sent_.size() && !sent_[lowest_open_].open) ++lowest_open_;
  return true;
}

void ConfirmTracker::Close(SentMessage& message, Outcome outcome) {
  if (!message.open) return;
  message.open = false;
  --outstanding_;
  if (outcomes_[message.index] != Outcome::kReturned) outcomes_[message.index] = outcome;
}

}  // namespace ordermesh::rabbitmq
