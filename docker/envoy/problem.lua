-- Makes every refusal that leaves the edge an RFC 9457 problem: `type` says which, `title` says it in words, and the
-- members of the google.rpc.Status (code, message, details) stay. It stands before the transcoder in the filter list,
-- so it sees what the transcoder has made of a service's refusal, and what Envoy itself refuses. And it answers as HTTP
-- wants it what neither Envoy nor the transcoder knows: HEAD, OPTIONS, and what is spelled with percent signs.

local TYPE = "urn:ordermesh:problem:"

-- The HTTP status of a reason where the one of its gRPC code says too little.
local STATUS_OF = {IDEMPOTENCY_KEY_REUSED = 422}

-- The reason of a service's refusal that names none: its gRPC code.
local CODE_NAMES = {
  "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
  "DATA_LOSS", "UNAUTHENTICATED",
}

-- What Envoy refuses, by HTTP status: reason, gRPC code, and what the client should know. 400 is looked at more closely.
local REFUSALS = {
  [404] = {"UNKNOWN_PATH", 5, "nothing is served at this path"},
  [405] = {"METHOD_NOT_ALLOWED", 12, "this path has other methods; the header Allow lists them"},
  [408] = {"REQUEST_TIMEOUT", 4, "the request did not arrive in time"},
  [413] = {"BODY_TOO_LARGE", 3, "a request body holds at most %d bytes"},
  [415] = {"UNSUPPORTED_MEDIA_TYPE", 3, "the body has to be application/json"},
  [431] = {"HEADERS_TOO_LARGE", 3, "a request has at most 100 headers of 32 KiB in all"},
  [500] = {"INTERNAL", 13, "the edge could not make an answer of what the service said"},
  [501] = {"TRANSFER_ENCODING_UNKNOWN", 12, "a body is sent whole or chunked, not compressed"},
  [502] = {"BAD_GATEWAY", 2, "the answer of a server was broken; the call may have been carried out: repeat it with the same request id"},
  [503] = {"SERVICE_UNREACHABLE", 14, "no server could be reached; retry with the same request id"},
  [504] = {"DEADLINE_EXCEEDED", 4, "no answer in time; the call may have been carried out"},
}

-- A string member of a JSON object, still escaped. Quotes inside of strings are escaped, so the name can't be found there.
local function member(json, name)
  local _, before = json:find('"' .. name .. '":"', 1, true)
  if not before then return nil end
  local at = before + 1
  while true do
    local found = json:find('["\\]', at)
    if not found then return nil end
    if json:sub(found, found) == '"' then return json:sub(before + 1, found - 1) end
    at = found + 2
  end
end

-- A string member of the detail of this type.
local function detail_member(json, type_name, name)
  local _, last = json:find('"@type":"type.googleapis.com/google.rpc.' .. type_name .. '"', 1, true)
  return last and member(json:sub(last + 1), name)
end

local function in_words(reason)
  local words = reason:lower():gsub("_", " "):gsub("%f[%w]json%f[%W]", "JSON"):gsub("%f[%w]url%f[%W]", "URL")
  return words:sub(1, 1):upper() .. words:sub(2)
end

-- The members that a problem adds in front of those of a status; `detail` is escaped already.
local function head(reason, status, detail)
  return string.format('{"type":"%s%s","title":"%s","status":%d,"detail":"%s",', TYPE, reason, in_words(reason), status, detail)
end

-- A whole problem of the edge's own. `field` makes it a violation of that field; `retry` says to try again in a second.
local function refusal(reason, code, status, detail, field, retry)
  local details = string.format(
    '{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"%s","domain":"ordermesh","metadata":{}}', reason)
  if field then
    details = details .. string.format(
      ',{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"%s","description":"%s","reason":"%s"}]}',
      field, detail, reason)
  end
  if retry then
    details = details .. ',{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s"}'
  end
  return head(reason, status, detail) .. string.format('"code":%d,"message":"%s","details":[%s]}', code, detail, details)
end

-- What the transcoder found wrong with a request. Fields are named from the order, as the services name them; `said` is its text, escaped, `cause` Envoy's own name for the case.
local function bad_request(said, cause)
  local text = said:gsub("\\n.*", "")
  local parameter = text:match('^Could not find field \\"(.-)\\" in the type')
  if parameter then
    return refusal("UNKNOWN_QUERY_PARAMETER", 3, 400, "there is no query parameter " .. parameter, parameter)
  end
  local field, rest = text:match("^([%w_%.%[%]]+): (.+)$")
  if field and cause:find("transcode_failure", 1, true) then
    return refusal("INVALID_VALUE", 3, 400, rest, (field:gsub("^order%.", "")))
  end
  if cause:find("transcode_failure", 1, true) then
    return refusal("MALFORMED_JSON", 3, 400, (text:gsub("^: ", "")))
  end
  if cause == "lua_response" or cause == "path_normalization_failed" then
    local wanted = "path and query have to be UTF-8 behind their percent escapes, without U+0000, escaped slashes and fragments"
    return refusal("MALFORMED_URL", 3, 400, wanted)
  end
  return refusal("MALFORMED_REQUEST", 3, 400, "the edge refused this request: " .. cause)
end

-- `limit`: how many bytes a body of this path may have.
local function of_edge(status, body, limit)
  if status == 400 then
    return bad_request(member(body, "message") or "", member(body, "detail") or "")
  end
  local known = REFUSALS[status]
  if not known then return body end
  return refusal(known[1], known[2], status, known[3]:format(limit), nil, status == 503)
end

local function of_service(status, body)
  local code = tonumber(body:match('^{"code":(%d+),'))
  local message = member(body, "message")
  if not code or not message then return nil end
  local reason = detail_member(body, "ErrorInfo", "reason") or CODE_NAMES[code] or "UNKNOWN"
  status = STATUS_OF[reason] or status
  return head(reason, status, message) .. body:sub(2), status
end

-- A refusal whose details the transcoder could not turn into JSON: code and message are left.
local function of_bare_status(headers)
  local code = tonumber(headers:get("grpc-status")) or 2
  local message = (headers:get("grpc-message") or ""):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  local escaped = message:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end)
  return string.format('{"code":%d,"message":"%s","details":[]}', code, escaped)
end

-- Each well-formed character beyond ASCII, by its first byte: neither overlong, nor a surrogate, nor beyond U+10FFFF.
local UTF8 = {
  "[\194-\223][\128-\191]", "\224[\160-\191][\128-\191]", "[\225-\236\238\239][\128-\191][\128-\191]",
  "\237[\128-\159][\128-\191]", "\240[\144-\191][\128-\191][\128-\191]", "[\241-\243][\128-\191][\128-\191][\128-\191]",
  "\244[\128-\143][\128-\191][\128-\191]",
}

-- Whether a service can read this path and query: in a message's strings neither other bytes nor U+0000 may stand.
local function is_text(path)
  if not path:find("[%%\128-\255]") then return true end
  if path:gsub("%%%x%x", ""):find("%", 1, true) then return false end
  local text = path:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  for _, character in ipairs(UTF8) do text = text:gsub(character, "u") end
  return not text:find("[%z\128-\255]")
end

-- What this filter remembers of a request until its answer.
local MEMORY = "problem"

function envoy_on_request(handle)
  local headers = handle:headers()
  local method, path = headers:get(":method"), headers:get(":path")
  if not path or not is_text(path) then
    handle:respond({[":status"] = "400"}, "")
    return
  end
  local memory = handle:streamInfo():dynamicMetadata()
  if method == "HEAD" or method == "OPTIONS" then memory:set(MEMORY, "method", method) end
  -- Who escapes a segment of a path escapes the colon before a method, too.
  local place, query = path:match("^([^?]*)(.*)$")
  place = place:gsub("%%3[Aa]", ":")
  local route = handle:metadata()
  if method == "HEAD" and not route:get("refused") then
    headers:replace(":method", "GET")
    -- A watch has no end; whether there is something to watch has one.
    if route:get("stream") then
      memory:set(MEMORY, "stream", true)
      place = place:gsub(":%a+$", "")
    end
  end
  if method == "HEAD" or place .. query ~= path then
    headers:replace(":path", place .. query)
    handle:clearRouteCache()
  end
end

local function drop_body(handle)
  for chunk in handle:bodyChunks() do chunk:setBytes("") end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local status = tonumber(headers:get(":status"))
  local kind = headers:get("content-type") or ""
  local memory = handle:streamInfo():dynamicMetadata():get(MEMORY) or {}
  if status == 200 and kind == "application/json" and (handle:metadata():get("stream") or memory.stream) then
    headers:replace("content-type", "application/x-ndjson")
  end
  if status == 405 and memory.method == "OPTIONS" then
    headers:replace(":status", "204")
    headers:remove("content-type")
    headers:remove("content-length")
    return drop_body(handle)
  end
  if status < 400 then
    if memory.method == "HEAD" then drop_body(handle) end
    return
  end

  local bare = kind == "application/grpc" and of_bare_status(headers)
  if not bare and kind ~= "application/json" and kind ~= "application/problem+json" then return end
  local buffer = handle:body(bare ~= false)
  -- Envoy gives its own refusal of a HEAD no body.
  local body = bare or buffer and buffer:getBytes(0, buffer:length()) or ""
  local problem
  if kind == "application/problem+json" then
    problem = of_edge(status, body, handle:metadata():get("body_bytes") or 0)
  else
    problem, status = of_service(status, body)
    if not problem then return end
  end
  headers = handle:headers()  -- waiting for the body made the first handle invalid
  headers:replace(":status", tostring(status))
  headers:replace("content-type", "application/problem+json")
  if buffer and memory.method ~= "HEAD" then
    headers:replace("content-length", tostring(buffer:setBytes(problem)))
  else
    if buffer then buffer:setBytes("") end
    headers:remove("content-length")
  end
  local delay = detail_member(problem, "RetryInfo", "retryDelay")
  if delay then
    headers:replace("retry-after", tostring(math.max(1, math.ceil(tonumber(delay:match("^[%d.]+")) or 1))))
  end
end
