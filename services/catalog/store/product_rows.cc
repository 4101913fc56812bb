#include "services/catalog/store/product_rows.h"

#include "libs/json/reader.h"
#include "libs/json/writer.h"

namespace ordermesh::catalog {

Product ReadProduct(const postgres::Result& rows, int row) {
  Product product;
  product.id = rows.Uuid(row, 0);
  product.content = {.sku = std::string(rows.Text(row, 1)),
                     .name = std::string(rows.Text(row, 2)),
                     .description = std::string(rows.Text(row, 3)),
                     .category = std::string(rows.Text(row, 4)),
                     .brand = std::string(rows.Text(row, 5)),
                     .price = {rows.Int8(row, 6), std::string(rows.Text(row, 7))},
                     .active = rows.Bool(row, 8),
                     .attributes = AttributesFromJson(rows.Text(row, 9))};
  product.version = rows.Int8(row, 10);
  product.created_at = rows.Timestamp(row, 11);
  product.updated_at = rows.Timestamp(row, 12);
  if (!rows.IsNull(row, 13)) product.deleted_at = rows.Timestamp(row, 13);
  return product;
}

std::string AttributesToJson(const Attributes& attributes) {
  std::string json;
  {
    json::ObjectWriter object(json);
    for (const auto& [key, value] : attributes) object.String(key, value);
  }
  return json;
}

Attributes AttributesFromJson(absl::string_view json) {
  Attributes attributes;
  const absl::Status read = json::Read(json, [&](const json::Value& root) {
    root.Object([&](absl::string_view name, const json::Value& value) {
      if (value.IsString()) attributes[std::string(name)] = value.String();
    });
  });
  read.IgnoreError();  // an array, by hand
  return attributes;
}

}  // namespace ordermesh::catalog
