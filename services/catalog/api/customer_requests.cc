#include "services/catalog/api/customer_requests.h"

#include <utility>

#include "libs/api/filters.h"
#include "libs/api/fingerprint.h"
#include "libs/api/request_id.h"
#include "libs/api/times.h"
#include "libs/api/update_mask.h"
#include "libs/base/status.h"
#include "libs/domain/limits.h"

namespace ordermesh::catalog {
namespace {

constexpr int kMaxNamePrefixCharacters = 100;

bool TrueUnlessSaid(bool said, bool value) { return !said || value; }

}  // namespace

absl::StatusOr<NewCustomer> NewCustomerFromProto(const mesh::CallContext& call,
                                                 const v1::CreateCustomerRequest& request) {
  NewCustomer customer;
  ASSIGN_OR_RETURN(customer.request_id,
                   api::RequestIdFrom(request.request_id(), call.metadata_values("idempotency-key")));
  const v1::Customer& proto = request.customer();
  customer.id = proto.id();
  customer.content = {.name = proto.name(),
                      .email = proto.email(),
                      .active = TrueUnlessSaid(proto.has_active(), proto.active()),
                      .order_updates = TrueUnlessSaid(proto.has_order_updates(), proto.order_updates())};
  customer.fingerprint = api::Fingerprint(proto, {"etag"});
  return customer;
}

absl::StatusOr<CustomerChange> CustomerChangeFromProto(const v1::UpdateCustomerRequest& request) {
  const v1::Customer& proto = request.customer();
  ASSIGN_OR_RETURN(const api::UpdateMask mask, api::ReadUpdateMask(request.update_mask(), proto, {"etag"}));
  CustomerChange change{.id = proto.id(), .etag = proto.etag()};
  CustomerFields& fields = change.fields;
  if (mask.Writes("name")) fields.name = proto.name();
  if (mask.Writes("email")) fields.email = proto.email();
  if (mask.Writes("active")) fields.active = TrueUnlessSaid(proto.has_active(), proto.active());
  if (mask.Writes("order_updates")) {
    fields.order_updates = TrueUnlessSaid(proto.has_order_updates(), proto.order_updates());
  }
  return change;
}

absl::StatusOr<CustomerListRequest> CustomerListFromProto(const v1::ListCustomersRequest& request) {
  CustomerListRequest list;
  CustomerFilter& filter = list.filter;
  if (request.has_active()) filter.active = request.active();
  RETURN_IF_ERROR(api::CheckTextFilter("email", request.email(), domain::kMaxEmailBytes));
  filter.email = request.email();
  RETURN_IF_ERROR(api::CheckTextFilterCharacters("name_prefix", request.name_prefix(), kMaxNamePrefixCharacters));
  filter.name_prefix = request.name_prefix();
  if (request.has_update_time_from()) {
    ASSIGN_OR_RETURN(filter.updated_from, api::ReadTime("update_time_from", request.update_time_from()));
  }
  filter.deleted = request.show_deleted();
  list.page_size = request.page_size();
  list.page_token = request.page_token();
  list.skip = request.skip();
  list.show_total_size = request.show_total_size();
  return list;
}

}  // namespace ordermesh::catalog
