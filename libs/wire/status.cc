#include "libs/wire/status.h"

#include <cstddef>
#include <utility>

#include "absl/strings/cord.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"
#include "libs/wire/field_paths.h"

namespace ordermesh::wire {
namespace {

using domain::Refusal;
using domain::Violation;

// With base64, the status's own message and the other trailers still below 8 KiB.
constexpr std::size_t kMostDetailBytes = 5500;
constexpr std::size_t kMostMessageBytes = 512;
constexpr absl::Duration kDefaultRetry = absl::Seconds(1);

bool HasForeignPayload(const absl::Status& status) {
  bool foreign = false;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord&) { foreign |= url != domain::kRefusalPayload; });
  return foreign;
}

// Codes whose message was written about the request, by us.
bool MeansTheRequest(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

// To kMostMessageBytes, without splitting a character.
void Shorten(std::string& message) {
  if (message.size() <= kMostMessageBytes) return;
  std::size_t end = kMostMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  message.resize(end);
}

// What may leave, with a reason.
Refusal Presentable(const absl::Status& status) {
  Refusal refusal = domain::RefusalOf(status);
  if (refusal.reason.empty()) {
    const bool foreign = HasForeignPayload(status);
    // A database's refusal of our data or our rights is a fault of ours, not of the request.
    if (foreign &&
        (refusal.code == absl::StatusCode::kInvalidArgument || refusal.code == absl::StatusCode::kPermissionDenied)) {
      refusal.code = absl::StatusCode::kInternal;
    }
    const domain::Reason& reason = domain::GeneralReason(refusal.code);
    refusal.reason = reason.id;
    if (foreign || !MeansTheRequest(refusal.code)) refusal.message = reason.meaning;
  }
  const bool retry =
      refusal.code == absl::StatusCode::kUnavailable || refusal.code == absl::StatusCode::kResourceExhausted;
  if (retry && !refusal.retry_after.has_value()) refusal.retry_after = kDefaultRetry;
  Shorten(refusal.message);
  return refusal;
}

void AddViolations(absl::StatusCode code, const std::vector<Violation>& violations, bool described,
                   google::rpc::Status& out) {
  if (violations.empty()) return;
  if (code == absl::StatusCode::kFailedPrecondition) {
    google::rpc::PreconditionFailure failure;
    for (const Violation& violation : violations) {
      auto& added = *failure.add_violations();
      added.set_type(violation.rule);
      added.set_subject(violation.field);
      if (described) added.set_description(violation.description);
    }
    out.add_details()->PackFrom(failure);
    return;
  }
  google::rpc::BadRequest bad;
  for (const Violation& violation : violations) {
    auto& added = *bad.add_field_violations();
    added.set_field(violation.field);
    added.set_reason(violation.rule);
    if (described) added.set_description(violation.description);
  }
  out.add_details()->PackFrom(bad);
}

std::string Encode(const Refusal& refusal, const std::vector<Violation>& violations, bool described) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(refusal.code));
  status.set_message(refusal.message);
  google::rpc::ErrorInfo info;
  info.set_reason(refusal.reason);
  info.set_domain(std::string(kErrorDomain));
  status.add_details()->PackFrom(info);
  AddViolations(refusal.code, violations, described, status);
  if (refusal.retry_after.has_value()) {
    google::rpc::RetryInfo retry;
    const absl::Duration delay = *refusal.retry_after;
    const std::int64_t seconds = absl::ToInt64Seconds(delay);
    retry.mutable_retry_delay()->set_seconds(seconds);
    retry.mutable_retry_delay()->set_nanos(
        static_cast<std::int32_t>(absl::ToInt64Nanoseconds(delay - absl::Seconds(seconds))));
    status.add_details()->PackFrom(retry);
  }
  if (!refusal.resource_type.empty()) {
    google::rpc::ResourceInfo resource;
    resource.set_resource_type(refusal.resource_type);
    resource.set_resource_name(refusal.resource_name);
    status.add_details()->PackFrom(resource);
  }
  return status.SerializeAsString();
}

Violation FromField(const google::rpc::BadRequest::FieldViolation& from) {
  const domain::RuleInfo* rule = domain::FindRule(from.reason());
  return {from.reason(), from.field(), from.description(),
          rule == nullptr ? domain::ViolationKind::kField : rule->kind};
}

// Fills the refusal from one detail. Unknown ones are somebody else's.
void ReadDetail(const google::protobuf::Any& detail, Refusal& refusal) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::PreconditionFailure failure;
  google::rpc::RetryInfo retry;
  google::rpc::ResourceInfo resource;
  if (detail.UnpackTo(&info)) {
    if (info.domain() == kErrorDomain) refusal.reason = info.reason();
  } else if (detail.UnpackTo(&bad)) {
    for (const auto& violation : bad.field_violations()) refusal.violations.push_back(FromField(violation));
  } else if (detail.UnpackTo(&failure)) {
    for (const auto& violation : failure.violations()) {
      refusal.violations.push_back(
          {violation.type(), violation.subject(), violation.description(), domain::ViolationKind::kState});
    }
  } else if (detail.UnpackTo(&retry)) {
    refusal.retry_after = absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
  } else if (detail.UnpackTo(&resource)) {
    refusal.resource_type = resource.resource_type();
    refusal.resource_name = resource.resource_name();
  }
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const Refusal refusal = Presentable(status);
  std::string details = Encode(refusal, refusal.violations, /*described=*/true);
  if (details.size() > kMostDetailBytes) details = Encode(refusal, refusal.violations, /*described=*/false);
  if (details.size() > kMostDetailBytes) details = Encode(refusal, JoinLines(refusal.violations), /*described=*/true);
  return grpc::Status(static_cast<grpc::StatusCode>(refusal.code), refusal.message, details);
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  Refusal refusal;
  refusal.code = static_cast<absl::StatusCode>(status.error_code());
  refusal.message = status.error_message();
  google::rpc::Status rich;
  if (!status.error_details().empty() && rich.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : rich.details()) ReadDetail(detail, refusal);
  }
  if (refusal.reason.empty()) return absl::Status(refusal.code, refusal.message);
  return domain::ToStatus(refusal);
}

}  // namespace ordermesh::wire
