// ordermesh.catalog.v1.StockService: decodes, calls the use case, maps its answer. No rules stand here.
#pragma once

#include <grpcpp/support/status.h>

#include "libs/aio/task.h"
#include "libs/mesh/server.h"
#include "ordermesh/catalog/v1/stock.grpc.pb.h"
#include "services/catalog/app/stock_keeping.h"

namespace ordermesh::catalog {

// Thread-safe. The use cases must outlive it, and it must outlive the server.
class StockService {
 public:
  explicit StockService(StockKeeping& stock) : stock_(stock) {}

  // Before the server starts.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Get(mesh::CallContext& call, const v1::GetStockRequest& request, v1::StockLevel& reply);
  aio::Task<grpc::Status> List(mesh::CallContext& call, const v1::ListStockRequest& request,
                               v1::ListStockResponse& reply);
  aio::Task<grpc::Status> Adjust(mesh::CallContext& call, const v1::AdjustStockRequest& request, v1::StockLevel& reply);
  aio::Task<grpc::Status> ListMovements(mesh::CallContext& call, const v1::ListStockMovementsRequest& request,
                                        v1::ListStockMovementsResponse& reply);

 private:
  StockKeeping& stock_;
  v1::StockService::AsyncService service_;
};

}  // namespace ordermesh::catalog
