#include "services/catalog/api/customer_proto.h"

#include "libs/domain/etag.h"
#include "libs/wire/time.h"

namespace ordermesh::catalog {

void CustomerToProto(const Customer& customer, v1::Customer& proto) {
  proto.set_id(customer.id);
  proto.set_name(customer.content.name);
  proto.set_email(customer.content.email);
  proto.set_active(customer.content.active);
  proto.set_order_updates(customer.content.order_updates);
  wire::TimeToProto(customer.created_at, *proto.mutable_create_time());
  wire::TimeToProto(customer.updated_at, *proto.mutable_update_time());
  if (customer.deleted_at.has_value()) wire::TimeToProto(*customer.deleted_at, *proto.mutable_delete_time());
  proto.set_etag(domain::MakeEtag(customer.id, customer.version));
}

}  // namespace ordermesh::catalog
