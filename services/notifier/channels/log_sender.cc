#include "services/notifier/channels/log_sender.h"

#include "libs/base/log.h"

namespace ordermesh::notifier {

SendResult LogSender::Send(const ClaimedNotification& notification) {
  const Event& event = notification.event;
  base::LogInfo("order_notification", {{"type", event.type},
                                       {"order_id", event.order_id.ToString()},
                                       {"order_version", event.order_version},
                                       {"event_id", event.id.ToString()},
                                       {"traceparent", event.traceparent}});
  return SendResult::Sent();
}

}  // namespace ordermesh::notifier
