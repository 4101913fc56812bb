#include "services/catalog/store/product_transactions.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/status.h"
#include "libs/postgres/repeat.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/sql.h"
#include "services/catalog/store/change_lock.h"
#include "services/catalog/store/outbox_rows.h"
#include "services/catalog/store/product_queries.h"
#include "services/catalog/store/product_rows.h"
#include "services/catalog/store/request_rows.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kLockChangesBySku{"lock_product_changes_by_sku", sql::kLockProductChangesBySku};
constexpr Statement kLockProduct{"lock_product", sql::kLockProduct};
constexpr Statement kLockProductBySku{"lock_product_by_sku", sql::kLockProductBySku};
constexpr Statement kInsertProduct{"insert_product", sql::kInsertProduct};
constexpr Statement kInsertProductStock{"insert_product_stock", sql::kInsertProductStock};
constexpr Statement kUpdateProduct{"update_product", sql::kUpdateProduct};

absl::StatusOr<Product> Earlier(Connection& connection, absl::string_view target) {
  ASSIGN_OR_RETURN(const base::Uuid id, base::Uuid::Parse(target));
  ASSIGN_OR_RETURN(std::optional<Product> product, GetProduct(connection, id));
  if (!product.has_value()) return absl::InternalError("a product that was there is gone, and products stay for ever");
  return *std::move(product);
}

absl::StatusOr<Product> Create(Connection& connection, const CatalogEvents& events, const ProductCreation& creation) {
  RETURN_IF_ERROR(connection.Begin());
  ASSIGN_OR_RETURN(const std::optional<std::string> earlier,
                   ClaimRequest(connection, creation.request, creation.id.ToString(), "a product"));
  if (earlier.has_value()) return Earlier(connection, *earlier);

  const ProductContent& content = creation.content;
  const Params params = std::move(Params()
                                      .Uuid(creation.id)
                                      .Text(content.sku)
                                      .Text(content.name)
                                      .Text(content.description)
                                      .Text(content.category)
                                      .Text(content.brand)
                                      .Int8(content.price.minor)
                                      .Text(content.price.currency)
                                      .Bool(content.active)
                                      .Json(AttributesToJson(content.attributes)));
  ASSIGN_OR_RETURN(const Result inserted, connection.Execute(kInsertProduct, params));
  if (inserted.rows() == 0) return SkuTaken(content.sku);
  Product product{.id = creation.id,
                  .content = content,
                  .version = inserted.Int8(0, 0),
                  .created_at = inserted.Timestamp(0, 1),
                  .updated_at = inserted.Timestamp(0, 2),
                  .deleted_at = std::nullopt};

  Connection::Pipeline pipeline(connection);
  pipeline.Send(kInsertProductStock, Params().Uuid(product.id));
  SendEvent(pipeline, creation.event_id, events.OfProduct(product, creation.traceparent));
  pipeline.Commit();
  RETURN_IF_ERROR(pipeline.Finish().status());
  return product;
}

// Writes it and gives the transaction's id.
absl::StatusOr<std::uint64_t> Update(Connection& connection, const Product& before, Product& product) {
  const ProductContent& content = product.content;
  Params params;
  params.Uuid(product.id).Int8(before.version).Text(content.name).Text(content.description).Text(content.category);
  params.Text(content.brand).Int8(content.price.minor).Text(content.price.currency).Bool(content.active);
  // So what AttributesFromJson passes over is not lost by another change.
  if (content.attributes == before.content.attributes) {
    params.Null(Type::kJsonb);
  } else {
    params.Json(AttributesToJson(content.attributes));
  }
  params.Bool(product.deleted_at.has_value());
  ASSIGN_OR_RETURN(const Result updated, connection.Execute(kUpdateProduct, params));
  if (updated.rows() != 1) return absl::InternalError("the product changed although its row is locked");
  product.version = updated.Int8(0, 0);
  product.updated_at = updated.Timestamp(0, 1);
  product.deleted_at.reset();
  if (!updated.IsNull(0, 2)) product.deleted_at = updated.Timestamp(0, 2);
  return updated.Xid8(0, 3);
}

}  // namespace

absl::StatusOr<Product> TryCreateProduct(Connection& connection, const CatalogEvents& events,
                                         const ProductCreation& creation) {
  return postgres::EndAttempt(connection, Create(connection, events, creation));
}

absl::StatusOr<Product> ProductChangeTransaction::Try(Connection& connection) {
  return postgres::EndAttempt(connection, Run(connection));
}

absl::StatusOr<Product> ProductChangeTransaction::Run(Connection& connection) {
  bool done = false;
  ASSIGN_OR_RETURN(const Product before, Lock(connection, done));
  if (done) return before;
  Product product = before;
  RETURN_IF_ERROR(change_.edit(product));
  if (product.content == before.content && product.deleted_at.has_value() == before.deleted_at.has_value()) {
    return before;
  }
  ASSIGN_OR_RETURN(const std::uint64_t transaction, Update(connection, before, product));
  Connection::Pipeline pipeline(connection);
  SendEvent(pipeline, change_.event_id, events_->OfProduct(product, change_.traceparent));
  pipeline.Commit();
  const absl::Status committed = pipeline.Finish().status();
  if (committed.ok()) return product;
  if (connection.OutcomeUnknown()) unanswered_.Remember(product, transaction);
  return committed;
}

absl::StatusOr<Product> ProductChangeTransaction::Lock(Connection& connection, bool& done) {
  Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  if (const auto* id = std::get_if<base::Uuid>(&change_.key)) {
    SendChangeLock(pipeline, "product", id->ToString());
    pipeline.Send(kLockProduct, Params().Uuid(*id));
  } else {
    const std::string& sku = std::get<std::string>(change_.key);
    pipeline.Send(kLockChangesBySku, Params().Text(sku));
    pipeline.Send(kLockProductBySku, Params().Text(sku));
  }
  unanswered_.SendQuestion(pipeline);
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (std::optional<Product> committed = unanswered_.Settle(results); committed.has_value()) {
    done = true;
    return *std::move(committed);
  }
  if (results[1].rows() == 0) return ProductNotFound(change_.key);
  return ReadProduct(results[1], 0);
}

}  // namespace ordermesh::catalog
