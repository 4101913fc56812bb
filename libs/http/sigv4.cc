#include "libs/http/sigv4.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"

namespace ordermesh::http {
namespace {

std::string Sha256Hex(absl::string_view bytes) {
  const base::Sha256Digest digest = base::Sha256(bytes);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

void Sign(const SigningKey& key, const Request& request, CURL* handle, CurlList& lines) {
  // S3 refuses a request without this header, and curl before 8 doesn't send it.
  lines.Add(absl::StrCat("x-amz-content-sha256: ", request.streamed ? "UNSIGNED-PAYLOAD" : Sha256Hex(request.body)));
  if (!key.session_token.empty()) lines.Add(absl::StrCat("x-amz-security-token: ", key.session_token));
  curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, absl::StrCat("aws:amz:", key.region, ":", key.service).c_str());
  curl_easy_setopt(handle, CURLOPT_USERNAME, key.access_key.c_str());
  curl_easy_setopt(handle, CURLOPT_PASSWORD, key.secret_key.c_str());
}

}  // namespace ordermesh::http
