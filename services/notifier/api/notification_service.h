// NotificationService: proto in, store, proto out.
#pragma once

#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "libs/mesh/server.h"
#include "ordermesh/notifications/v1/notifications.grpc.pb.h"
#include "services/notifier/api/admin_pool.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

namespace v1 = ordermesh::notifications::v1;

// The dependencies must outlive it.
class NotificationService {
 public:
  NotificationService(AdminPool& pool, base::IdSource& ids, DeadLetterMetrics metrics)
      : pool_(pool), ids_(ids), metrics_(metrics) {}

  // Before the server starts; this must outlive it.
  void Register(mesh::Server& server);

 private:
  aio::Task<grpc::Status> ListNotifications(mesh::CallContext& call, const v1::ListNotificationsRequest& request,
                                            v1::ListNotificationsResponse& reply);
  aio::Task<grpc::Status> ResendNotification(mesh::CallContext& call, const v1::ResendNotificationRequest& request,
                                             v1::Notification& reply);
  aio::Task<grpc::Status> StartResend(mesh::CallContext& call, const v1::StartResendRequest& request,
                                      v1::Resend& reply);
  aio::Task<grpc::Status> GetResend(mesh::CallContext& call, const v1::GetResendRequest& request, v1::Resend& reply);
  aio::Task<grpc::Status> ListDeadLetters(mesh::CallContext& call, const v1::ListDeadLettersRequest& request,
                                          v1::ListDeadLettersResponse& reply);
  aio::Task<grpc::Status> RedriveDeadLetters(mesh::CallContext& call, const v1::RedriveDeadLettersRequest& request,
                                             v1::RedriveDeadLettersResponse& reply);

  AdminPool& pool_;
  base::IdSource& ids_;
  const DeadLetterMetrics metrics_;
  v1::NotificationService::AsyncService service_;
};

}  // namespace ordermesh::notifier
