// HTTP requests, over libcurl.
#pragma once

#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "libs/base/backoff.h"
#include "libs/base/deadline.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/http/curl_handle.h"
#include "libs/http/message.h"

namespace ordermesh::http {

struct ClientOptions {
  std::string user_agent = "ordermesh";
  std::string proxy;    // empty: none, whatever the environment says
  std::string ca_file;  // PEM of whom to trust; empty: the system's
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration attempt_timeout = absl::Seconds(30);  // for one attempt, its answer's body included
  int max_attempts = 1;
  base::BackoffPolicy pauses = {.initial = absl::Milliseconds(100), .max = absl::Seconds(5)};
};

// Speaks HTTP/1.1 and keeps its connections. Follows redirects only when asked to, and never away from http and https.
// Neither logs nor tells anything of a request but its server. Belongs to one thread, which blocks while it sends; any
// thread may ask for the stop. `timer` and `random` must outlive it.
class Client {
 public:
  Client(ClientOptions options, base::Timer& timer, base::Random& random);

  // Sends it up to max_attempts times, while that may help and `deadline` leaves time: what was not sent or is to come
  // later in any case, what may have been done only when it is repeatable. A pause is no shorter than what the server
  // asked for. The result is the last attempt's.
  Result Send(const Request& request, base::Deadline deadline = base::Deadline::Never(), std::stop_token stop = {});

 private:
  Result SendOnce(const Request& request, absl::Duration timeout, std::stop_token stop, bool& body_taken);

  const ClientOptions options_;
  base::Timer& timer_;
  base::Random& random_;
  CurlMulti multi_;    // keeps the connections
  CurlHandle handle_;  // After `multi_`: goes first.
};

}  // namespace ordermesh::http
