#include "libs/mesh/channel.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/mesh/keepalive.h"
#include "libs/mesh/message_limits.h"

namespace ordermesh::mesh {
namespace {

// gRPC's default is 30 s, which is longer than a rolling restart takes.
constexpr int kResolveAgainMs = 1000;
constexpr int kReconnectLeastMs = 100;
constexpr int kReconnectMostMs = 2000;

// CANCELLED: what gRPC's C++ server answers to a call that arrives while it shuts down. The caller's own ends all
// retries.
constexpr char kRetryPolicy[] =
    R"("retryPolicy":{"maxAttempts":3,"initialBackoff":"0.05s","maxBackoff":"1s","backoffMultiplier":2,)"
    R"("retryableStatusCodes":["UNAVAILABLE","CANCELLED"]})";
// A budget: each failure takes a token, each success gives a tenth; no retries while fewer than half are left.
constexpr char kRetryThrottling[] = R"(,"retryThrottling":{"maxTokens":10,"tokenRatio":0.1})";

}  // namespace

std::string ToGrpcTarget(absl::string_view target) {
  if (absl::StrContains(target, ":///") || absl::StartsWith(target, "unix:") || absl::StartsWith(target, "ipv4:") ||
      absl::StartsWith(target, "ipv6:")) {
    return std::string(target);
  }
  if (absl::StrContains(target, ",")) return absl::StrCat(absl::StrContains(target, "[") ? "ipv6:" : "ipv4:", target);
  return absl::StrCat("dns:///", target);
}

std::string ServiceConfigJson(const ChannelOptions& options) {
  return absl::StrCat(R"({"loadBalancingConfig":[{"round_robin":{}}])",
                      options.check_health ? R"(,"healthCheckConfig":{"serviceName":""})" : "",
                      R"(,"methodConfig":[{"name":[{}],"waitForReady":false)", options.retry ? "," : "",
                      options.retry ? kRetryPolicy : "", "}]", options.retry ? kRetryThrottling : "", "}");
}

std::shared_ptr<grpc::Channel> MakeChannel(absl::string_view target, const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfigJson(options));
  // The resolver must not bring another configuration than ours.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, options.retry ? 1 : 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(absl::ToInt64Milliseconds(kKeepaliveTime)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(absl::ToInt64Milliseconds(kKeepaliveTimeout)));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kResolveAgainMs);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectLeastMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectLeastMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMostMs);
  // What the environment says of a proxy is meant for the outside: Docker puts it into every container.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(ToGrpcTarget(target), grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace ordermesh::mesh
