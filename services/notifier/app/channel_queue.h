// Where whoever enters notifications hands over what was claimed.
#pragma once

#include <vector>

#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

// What one channel is to send, in a bounded number of places. Thread-safe.
class ChannelQueue {
 public:
  virtual ~ChannelQueue() = default;
  virtual Channel channel() const = 0;
  // Whether later attempts need the event's content.
  virtual bool keeps_payload() const = 0;
  // Sets up to `wanted` places aside, without waiting; gives their number. Each is given back by Offer.
  virtual int Reserve(int wanted) = 0;
  // Hands over what was claimed, at most `reserved`, and gives back all places set aside.
  virtual void Offer(std::vector<ClaimedNotification> claimed, int reserved) = 0;
};

}  // namespace ordermesh::notifier
