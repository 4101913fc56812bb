// What a channel does with one notification.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

struct SendResult {
  enum class Kind {
    kSent,         // the other side has accepted it
    kTransient,    // not now, says the other side of this notification: try again
    kPermanent,    // never: give up
    kUnwanted,     // its recipient wants none of its kind: give up, and nobody has to see to it
    kUnreachable,  // nobody was there to say anything about it: it waits, and this was no attempt
  };
  Kind kind = Kind::kSent;
  std::string error;           // a code, "smtp_451"; never the other side's text
  absl::Duration retry_after;  // what the other side asked for; zero: nothing
  bool asked = true;           // false: we saw by ourselves that it can't be sent, and nobody was asked

  static SendResult Sent() { return {}; }
  static SendResult Transient(std::string error, absl::Duration retry_after = absl::ZeroDuration()) {
    return {Kind::kTransient, std::move(error), retry_after};
  }
  static SendResult Unreachable(std::string error) { return {Kind::kUnreachable, std::move(error), {}}; }
  static SendResult Unsendable(std::string error) {
    return {.kind = Kind::kPermanent, .error = std::move(error), .retry_after = {}, .asked = false};
  }
  static SendResult Unwanted() {
    return {.kind = Kind::kUnwanted, .error = "unwanted", .retry_after = {}, .asked = false};
  }
  static SendResult Permanent(std::string error) { return {Kind::kPermanent, std::move(error), {}}; }
};

// Belongs to one thread, and may block there for as long as an attempt may last.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual SendResult Send(const ClaimedNotification& notification) = 0;
};

// Called once on each thread that sends.
using SenderFactory = std::function<std::unique_ptr<Sender>()>;

}  // namespace ordermesh::notifier
