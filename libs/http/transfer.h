// One attempt of a request: what curl is told, and what it tells.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "libs/http/curl_handle.h"
#include "libs/http/message.h"

namespace ordermesh::http {

// Belongs to one thread. `handle` and `request` must outlive it.
class Transfer {
 public:
  Transfer(CURL* handle, const Request& request);
  ~Transfer();  // The handle forgets it.
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Tells the handle what to send. kInvalidArgument: it can't be sent.
  absl::Status Prepare();
  // What came of it, when curl has ended with `code`.
  Result Finish(CURLcode code);
  // Whether on_body was called.
  bool body_taken() const { return body_taken_; }

 private:
  absl::Status SetHeaders();
  void SetBody();
  std::size_t TakeHeader(absl::string_view line);
  std::size_t TakeBody(absl::string_view bytes);
  std::size_t GiveBody(char* to, std::size_t size);

  CURL* const handle_;
  const Request& request_;
  CurlList lines_;  // the request's headers
  StreamedBody::Reader reader_;
  Reply reply_;
  std::int64_t header_bytes_ = 0, body_bytes_ = 0;
  bool body_taken_ = false;
  bool too_large_ = false;
  bool cut_ = false;       // a refusal's body, of which enough has come
  absl::Status callback_;  // of on_body and the streamed body
};

}  // namespace ordermesh::http
