// Refusals of a single field of a request, as every service words them.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"

namespace ordermesh::domain {

// INVALID_ARGUMENT for this reason, with one violation that names the field: a client finds it there whatever it asked.
absl::Status FieldRefused(absl::string_view reason, absl::string_view field, absl::string_view problem);

// An id out of a request. ID_MALFORMED: it is not a UUID in its canonical form.
absl::StatusOr<base::Uuid> ReadId(absl::string_view text, absl::string_view field);

// FILTER_MALFORMED: rows can't be looked up by it.
absl::Status FilterMalformed(absl::string_view field, absl::string_view problem);

}  // namespace ordermesh::domain
