// The bookkeeping of publisher confirms for one batch on one channel. Pure: it sees numbers, no frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "libs/messaging/rabbitmq/connection.h"

namespace ordermesh::rabbitmq {

// The broker numbers the messages of a channel in the order in which they are sent, and confirms them in any order, one
// by one or all up to a number. A message that no queue takes is returned first and confirmed all the same. Not
// thread-safe.
class ConfirmTracker {
 public:
  // `first_tag` is the number that the broker gives to the next message sent. Every message begins as kUnknown.
  ConfirmTracker(std::uint64_t first_tag, std::size_t messages);

  // Message `index` was sent; its number is the next.
  void Sent(std::size_t index);
  // Message `index` will never be sent.
  void Refused(std::size_t index) { outcomes_[index] = Outcome::kRefused; }

  // The broker took responsibility for `tag`, or with `multiple` for all up to it (0: all that were sent). False: it
  // was never sent, so the broker and we disagree and the channel is worth nothing. What an earlier batch left behind
  // on the channel is passed over.
  bool Ack(std::uint64_t tag, bool multiple) { return Settle(tag, multiple, Outcome::kConfirmed); }
  // The broker could not: publish it again.
  bool Nack(std::uint64_t tag, bool multiple) { return Settle(tag, multiple, Outcome::kUnknown); }
  // Message `index` came back because no queue took it; the confirm that follows does not make it good.
  void Returned(std::size_t index) { outcomes_[index] = Outcome::kReturned; }

  // Sent, and neither acked nor nacked yet.
  std::size_t outstanding() const { return outstanding_; }
  // The number of the next message on this channel.
  std::uint64_t next_tag() const { return first_tag_ + sent_.size(); }
  // Calls `see(index)` for each message that is outstanding.
  template <class See>
  void ForEachOutstanding(See see) const {
    for (std::size_t i = lowest_open_; i < sent_.size(); ++i) {
      if (sent_[i].open) see(sent_[i].index);
    }
  }
  const std::vector<Outcome>& outcomes() const { return outcomes_; }

 private:
  struct SentMessage {
    std::size_t index;
    bool open;
  };
  bool Settle(std::uint64_t tag, bool multiple, Outcome outcome);
  void Close(SentMessage& message, Outcome outcome);

  const std::uint64_t first_tag_;
  std::vector<SentMessage> sent_;  // by tag - first_tag_
  std::size_t lowest_open_ = 0;    // all below are settled
  std::size_t outstanding_ = 0;
  std::vector<Outcome> outcomes_;
};

}  // namespace ordermesh::rabbitmq
