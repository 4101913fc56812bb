// A line in the notifier's own log: the channel `log`.
#pragma once

#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

// Writes ids only, so it needs no payload.
class LogSender : public Sender {
 public:
  SendResult Send(const ClaimedNotification& notification) override;
};

}  // namespace ordermesh::notifier
