#include "libs/api/update_mask.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/field_mask_util.h"
#include "libs/api/field_behavior.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::util::FieldMaskUtil;
using Names = absl::Span<const absl::string_view>;

constexpr absl::string_view kEverything = "*";

// Why a field can't be written. Empty: it can.
absl::string_view ProblemOf(const FieldDescriptor& field, Names never) {
  if (Behaves(field, google::api::OUTPUT_ONLY)) return "is set by the server";
  if (Behaves(field, google::api::IMMUTABLE)) return "can't be changed";
  if (std::find(never.begin(), never.end(), field.name()) != never.end()) return "is not a field to write";
  return "";
}

bool HasParts(const FieldDescriptor& field) {
  return !field.is_repeated() && field.type() == FieldDescriptor::TYPE_MESSAGE &&
         !absl::StartsWith(field.message_type()->full_name(), "google.");
}

// What is wrong with a path of a mask. It says no word of the path that is not the contract's. Empty: nothing.
std::string ProblemOf(absl::string_view path, const Descriptor* message, Names never) {
  if (path == kEverything) return "\"*\" stands alone";
  const FieldDescriptor* parent = nullptr;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (parent != nullptr && !HasParts(*parent)) {
      return absl::StrCat(parent->name(), " is written as a whole");
    }
    if (parent != nullptr) message = parent->message_type();
    const FieldDescriptor* field = message->FindFieldByName(std::string(name));
    if (field == nullptr) return "there is no such field";
    const absl::string_view problem = ProblemOf(*field, parent == nullptr ? never : Names());
    if (!problem.empty()) return absl::StrCat(field->name(), " ", problem);
    parent = field;
  }
  return "";
}

absl::Status Refused(std::vector<domain::Violation> violations) {
  std::string message = violations.size() == 1
                            ? absl::StrCat(violations[0].field, ": ", violations[0].description)
                            : absl::StrCat("update_mask: ", violations.size(), " of its paths can't be written");
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = std::move(message),
                           .reason = domain::reasons::kUpdateMaskInvalid,
                           .violations = std::move(violations)});
}

UpdateMask Canonical(const FieldMask& mask) {
  FieldMask canonical;
  FieldMaskUtil::ToCanonicalForm(mask, &canonical);
  return UpdateMask(std::move(canonical));
}

UpdateMask Writable(const std::vector<const FieldDescriptor*>& fields, Names never) {
  FieldMask mask;
  for (const FieldDescriptor* field : fields) {
    if (ProblemOf(*field, never).empty()) mask.add_paths(field->name());
  }
  return Canonical(mask);
}

}  // namespace

bool UpdateMask::Writes(absl::string_view path) const {
  const auto within = [](absl::string_view part, absl::string_view whole) {
    return absl::StartsWith(part, whole) && (part.size() == whole.size() || part[whole.size()] == '.');
  };
  return std::any_of(mask_.paths().begin(), mask_.paths().end(),
                     [&](const std::string& written) { return within(path, written) || within(written, path); });
}

void UpdateMask::Apply(const google::protobuf::Message& body, google::protobuf::Message& target) const {
  FieldMaskUtil::MergeOptions replace;
  replace.set_replace_message_fields(true);
  replace.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(body, mask_, replace, &target);
}

absl::StatusOr<UpdateMask> ReadUpdateMask(const FieldMask& mask, const google::protobuf::Message& body, Names never) {
  if (mask.paths_size() > kMaxMaskPaths) {
    return domain::FieldRefused(domain::reasons::kUpdateMaskInvalid, "update_mask",
                                absl::StrCat("has more than ", kMaxMaskPaths, " paths"));
  }
  const Descriptor* const message = body.GetDescriptor();
  if (mask.paths().empty()) {
    std::vector<const FieldDescriptor*> set;
    body.GetReflection()->ListFields(body, &set);
    return Writable(set, never);
  }
  if (mask.paths_size() == 1 && mask.paths(0) == kEverything) {
    std::vector<const FieldDescriptor*> all;
    for (int i = 0; i < message->field_count(); ++i) all.push_back(message->field(i));
    return Writable(all, never);
  }
  std::vector<domain::Violation> violations;
  for (int i = 0; i < mask.paths_size(); ++i) {
    std::string problem = ProblemOf(mask.paths(i), message, never);
    if (problem.empty()) continue;
    violations.push_back({.rule = domain::reasons::kUpdateMaskInvalid,
                          .field = absl::StrCat("update_mask.paths[", i, "]"),
                          .description = std::move(problem)});
  }
  if (!violations.empty()) return Refused(std::move(violations));
  return Canonical(mask);
}

}  // namespace ordermesh::api
