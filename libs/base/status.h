// Small helpers around absl::Status.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace ordermesh::base {

// The same status with "context: " before its message; payloads are kept.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace ordermesh::base

#define ORDERMESH_CONCAT_(a, b) a##b
#define ORDERMESH_CONCAT(a, b) ORDERMESH_CONCAT_(a, b)

// Returns from the function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

// Declares `lhs` from a StatusOr, or returns its error.
#define ASSIGN_OR_RETURN(lhs, expression) ASSIGN_OR_RETURN_(ORDERMESH_CONCAT(status_or_, __LINE__), lhs, expression)
#define ASSIGN_OR_RETURN_(temporary, lhs, expression)        \
  auto temporary = (expression);                             \
  if (!temporary.ok()) return std::move(temporary).status(); \
  lhs = *std::move(temporary)

// The same in a coroutine. `expression` must not contain a co_await (name the awaitable as a local first).
#define CO_RETURN_IF_ERROR(expression)                                         \
  do {                                                                         \
    if (absl::Status status_ = (expression); !status_.ok()) co_return status_; \
  } while (false)
