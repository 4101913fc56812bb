// What the contract says of a field by google.api.field_behavior.
#pragma once

#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"

namespace ordermesh::api {

bool Behaves(const google::protobuf::FieldDescriptor& field, google::api::FieldBehavior behavior);

}  // namespace ordermesh::api
