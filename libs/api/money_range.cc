#include "libs/api/money_range.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/money.h"
#include "libs/wire/money.h"

namespace ordermesh::api {
namespace {

absl::StatusOr<std::optional<domain::Money>> Read(const MoneyBound& bound) {
  if (bound.amount == nullptr) return std::nullopt;
  absl::StatusOr<domain::Money> money = wire::MoneyFromProto(*bound.amount);
  if (!money.ok()) {
    return domain::FilterMalformed(bound.field, absl::StripPrefix(money.status().message(), "money: "));
  }
  return *std::move(money);
}

}  // namespace

absl::StatusOr<MoneyRange> ReadMoneyRange(const MoneyBound& from, const MoneyBound& before) {
  ASSIGN_OR_RETURN(const std::optional<domain::Money> first, Read(from));
  ASSIGN_OR_RETURN(const std::optional<domain::Money> end, Read(before));
  if (first.has_value() && end.has_value()) {
    if (first->currency != end->currency) {
      return domain::FilterMalformed(before.field, absl::StrCat("has another currency than ", from.field));
    }
    if (first->minor >= end->minor) {
      return domain::FilterMalformed(before.field, absl::StrCat("is not more than ", from.field));
    }
  }
  MoneyRange range;
  if (first.has_value()) {
    range.currency = first->currency;
    range.from_minor = first->minor;
  }
  if (end.has_value()) {
    range.currency = end->currency;
    range.before_minor = end->minor;
  }
  return range;
}

}  // namespace ordermesh::api
