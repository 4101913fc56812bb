// Partial updates (AIP-134): which fields of a resource a request writes.
//
//   ASSIGN_OR_RETURN(const UpdateMask mask, ReadUpdateMask(request.update_mask(), request.product(), {"etag"}));
//   mask.Apply(request.product(), product);  // as it is stored, under its lock; then check the rules, and store
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace ordermesh::api {

inline constexpr int kMaxMaskPaths = 100;

// The fields to write. A value.
class UpdateMask {
 public:
  // `mask` is in its canonical form.
  explicit UpdateMask(google::protobuf::FieldMask mask) : mask_(std::move(mask)) {}

  // Whether this field, given by its path, is written, or a part of it.
  bool Writes(absl::string_view path) const;
  // Nothing is written.
  bool empty() const { return mask_.paths().empty(); }
  // In alphabetical order; none lies within another.
  const google::protobuf::FieldMask& mask() const { return mask_; }

  // Makes the fields of `target` what they are in `body`, of the same type; those that are not set there are cleared.
  void Apply(const google::protobuf::Message& body, google::protobuf::Message& target) const;

 private:
  google::protobuf::FieldMask mask_;
};

// Which fields of `body` a request with this mask writes. Without a mask (no paths): those that are set. "*": all. Of
// these two, what can't be written is left out: output only and immutable fields, and `never`, the fields that stand in
// the resource but are not the client's to change, "etag". A path of a mask leads through messages of ours,
// "contact.email"; a money or a time is written as a whole. INVALID_ARGUMENT, UPDATE_MASK_INVALID, with every
// violation: a path is no field or can't be written; there are more than kMaxMaskPaths.
absl::StatusOr<UpdateMask> ReadUpdateMask(const google::protobuf::FieldMask& mask,
                                          const google::protobuf::Message& body,
                                          absl::Span<const absl::string_view> never = {});

}  // namespace ordermesh::api
