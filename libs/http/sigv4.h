// AWS Signature Version 4, by libcurl.
#pragma once

#include "libs/http/curl_handle.h"
#include "libs/http/message.h"

namespace ordermesh::http {

// Has curl sign what `handle` will send; adds to `lines` the headers that it needs for that. The URL is one of
// UrlToSign. A body that is streamed isn't signed, only the rest of the request: its hash isn't known before it is
// sent.
void Sign(const SigningKey& key, const Request& request, CURL* handle, CurlList& lines);

}  // namespace ordermesh::http
