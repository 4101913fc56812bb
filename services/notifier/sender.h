// What a channel does with one notification.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "services/notifier/notification.h"

namespace ordermesh::notifier {

struct SendResult {
  enum class Kind {
    kSent,       // the other side has accepted it
    kTransient,  // not now: try again
    kPermanent,  // never: give up
  };
  Kind kind = Kind::kSent;
  std::string error;           // a code, "smtp_451"; never the other side's text
  absl::Duration retry_after;  // what the other side asked for; zero: nothing

  // Nobody was there to answer: the code says so.
  bool unreachable() const;

  static SendResult Sent() { return {}; }
  static SendResult Transient(std::string error, absl::Duration retry_after = absl::ZeroDuration()) {
    return {Kind::kTransient, std::move(error), retry_after};
  }
  static SendResult Permanent(std::string error) { return {Kind::kPermanent, std::move(error), {}}; }
};

// Belongs to one thread, and may block there for as long as an attempt may last.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual SendResult Send(const Delivery& delivery) = 0;
};

inline bool SendResult::unreachable() const {
  return kind == Kind::kTransient && (absl::EndsWith(error, "_connection") || absl::EndsWith(error, "_timeout"));
}

// Called once on each thread that sends.
using SenderFactory = std::function<std::unique_ptr<Sender>()>;

}  // namespace ordermesh::notifier
