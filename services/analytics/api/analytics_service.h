// AnalyticsService: proto in, use case, proto out.
#pragma once

#include "grpcpp/support/status.h"
#include "libs/aio/task.h"
#include "libs/base/timer.h"
#include "libs/mesh/call.h"
#include "ordermesh/analytics/v1/analytics.grpc.pb.h"
#include "services/analytics/app/list_lags.h"
#include "services/analytics/app/query_sales.h"

namespace ordermesh::mesh {
class Server;
}

namespace ordermesh::analytics {

// The use cases must outlive it.
class AnalyticsService {
 public:
  AnalyticsService(QuerySales& query_sales, ListLags& list_lags, base::Timer& timer)
      : query_sales_(query_sales), list_lags_(list_lags), timer_(timer) {}

  // Adds the methods. This object must outlive the server.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Query(mesh::CallContext& call, const analytics::v1::QuerySalesRequest& request,
                                analytics::v1::QuerySalesResponse& reply);
  aio::Task<grpc::Status> Lags(mesh::CallContext& call, const analytics::v1::ListConsumerLagsRequest& request,
                               analytics::v1::ListConsumerLagsResponse& reply);

 private:
  QuerySales& query_sales_;
  ListLags& list_lags_;
  base::Timer& timer_;
  analytics::v1::AnalyticsService::AsyncService service_;
};

}  // namespace ordermesh::analytics
