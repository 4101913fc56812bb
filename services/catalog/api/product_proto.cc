#include "services/catalog/api/product_proto.h"

#include "libs/domain/etag.h"
#include "libs/wire/money.h"
#include "libs/wire/time.h"

namespace ordermesh::catalog {

void ProductToProto(const Product& product, v1::Product& proto) {
  const ProductContent& content = product.content;
  proto.set_id(product.id.ToString());
  proto.set_sku(content.sku);
  proto.set_name(content.name);
  proto.set_description(content.description);
  proto.set_category(content.category);
  proto.set_brand(content.brand);
  wire::MoneyToProto(content.price.minor, content.price.currency, *proto.mutable_price());
  proto.set_active(content.active);
  for (const auto& [key, value] : content.attributes) (*proto.mutable_attributes())[key] = value;
  wire::TimeToProto(product.created_at, *proto.mutable_create_time());
  wire::TimeToProto(product.updated_at, *proto.mutable_update_time());
  if (product.deleted_at.has_value()) wire::TimeToProto(*product.deleted_at, *proto.mutable_delete_time());
  proto.set_etag(domain::MakeEtag(product.id, product.version));
}

}  // namespace ordermesh::catalog
