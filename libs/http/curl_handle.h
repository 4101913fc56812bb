// libcurl's handles with owners.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace ordermesh::http {

template <auto kFree>
struct FreeBy {
  template <class T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using CurlHandle = std::unique_ptr<CURL, FreeBy<&curl_easy_cleanup>>;
using CurlMulti = std::unique_ptr<CURLM, FreeBy<&curl_multi_cleanup>>;
using CurlUrl = std::unique_ptr<CURLU, FreeBy<&curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, FreeBy<&curl_free>>;

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
  std::unique_ptr<curl_slist, FreeBy<&curl_slist_free_all>> list_;
};

// Sets what everyone wants: no signals (there are threads), no proxy but the one given ("": none; the environment's
// http_proxy is not ours), these time limits.
inline void SetCommonOptions(CURL* handle, long connect_timeout_ms, long timeout_ms, const std::string& proxy = "") {
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, proxy.c_str());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, 60L);
}

}  // namespace ordermesh::http
