// libcurl's handles with owners.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace ordermesh::notifier {

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlFree>;

// A list of lines that curl reads, for headers and recipients.
class CurlList {
 public:
  void Add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) return;  // out of memory: the list stays as it is
    static_cast<void>(list_.release());
    list_.reset(longer);
  }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, CurlFree> list_;
};

// A handle as everyone wants it: no signals (there are threads), no proxy but the one given ("": none; the
// environment's http_proxy is not ours), these time limits.
inline CurlHandle MakeCurlHandle(long connect_timeout_ms, long timeout_ms, const std::string& proxy = "") {
  CurlHandle handle(curl_easy_init());
  if (handle == nullptr) return handle;
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_PROXY, proxy.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(handle.get(), CURLOPT_MAXAGE_CONN, 60L);
  return handle;
}

}  // namespace ordermesh::notifier
