#include "services/notifier/api/notification_service.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/api/filters.h"
#include "libs/api/page.h"
#include "libs/api/refusals.h"
#include "libs/api/request_id.h"
#include "libs/api/times.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/messaging/order_topology.h"
#include "libs/wire/status.h"
#include "libs/wire/time.h"
#include "services/notifier/api/refusals.h"
#include "services/notifier/app/redrive.h"

namespace ordermesh::notifier {
namespace {

constexpr int kMaxRedrive = 100;
constexpr int kMaxErrorBytes = 64;

absl::StatusOr<NotificationQuery> FromProto(const v1::ListNotificationsRequest& request) {
  NotificationQuery query;
  if (!request.order_id().empty()) {
    ASSIGN_OR_RETURN(const base::Uuid order_id, domain::ReadId(request.order_id(), "order_id"));
    query.order_id = order_id;
  }
  if (request.state() != v1::NOTIFICATION_STATE_UNSPECIFIED) {
    if (!v1::NotificationState_IsValid(request.state()))
      return domain::FilterMalformed("state", "is not a known state");
    query.state = static_cast<State>(request.state());
  }
  return query;
}

absl::StatusOr<api::Paging> PagingOf(const v1::ListNotificationsRequest& request, const NotificationQuery& query) {
  return api::ReadPaging({request.page_size(), request.page_token()},
                         api::ListQuery("notifications").Add(query.order_id).Add(request.state()),
                         api::TimeAndId::kKinds);
}

void ToProto(const StoredNotification& row, v1::Notification& proto) {
  proto.set_id(row.id.ToString());
  proto.set_order_id(row.order_id.ToString());
  proto.set_event_id(row.event_id.ToString());
  proto.set_event_type(row.event_type);
  proto.set_channel(static_cast<v1::Channel>(row.channel));
  proto.set_state(static_cast<v1::NotificationState>(row.state));
  proto.set_attempts(row.attempts);
  proto.set_last_error(row.last_error);
  wire::TimeToProto(row.created_at, *proto.mutable_create_time());
  if (row.next_attempt) wire::TimeToProto(*row.next_attempt, *proto.mutable_next_attempt_time());
  if (row.sent_at && row.state == State::kSent) wire::TimeToProto(*row.sent_at, *proto.mutable_sent_time());
}

void ToProto(const DeadLetter& letter, v1::DeadLetter& proto) {
  proto.set_id(letter.id.ToString());
  proto.set_message_id(letter.message_id);
  proto.set_routing_key(letter.routing_key);
  proto.set_reason(letter.reason);
  proto.set_body_bytes(letter.body_bytes);
  wire::TimeToProto(letter.created_at, *proto.mutable_create_time());
  if (letter.redriven_at) wire::TimeToProto(*letter.redriven_at, *proto.mutable_redrive_time());
}

absl::StatusOr<ResendFilter> FromProto(const v1::StartResendRequest& request) {
  ResendFilter filter = {.error_contains = request.error_contains(), .even_if_sent = request.even_if_sent()};
  RETURN_IF_ERROR(api::CheckTextFilter("error_contains", request.error_contains(), kMaxErrorBytes));
  ASSIGN_OR_RETURN(
      const api::TimeRange failed,
      api::ReadTimeRange({"failed_from", request.has_failed_from() ? &request.failed_from() : nullptr},
                         {"failed_before", request.has_failed_before() ? &request.failed_before() : nullptr}));
  filter.failed_from = failed.from.value_or(filter.failed_from);
  filter.failed_before = failed.before.value_or(filter.failed_before);
  return filter;
}

void ToProto(const Resend& resend, v1::Resend& proto) {
  proto.set_id(resend.id.ToString());
  wire::TimeToProto(resend.created_at, *proto.mutable_create_time());
  if (resend.counted) proto.set_matched_count(resend.matched);
  proto.set_scheduled_count(resend.scheduled);
  if (resend.done_at) wire::TimeToProto(*resend.done_at, *proto.mutable_done_time());
}

// Fills `list` with the rows of a page. Gives the next page's token.
template <class Row, class List>
std::string FillPage(std::vector<Row> rows, const api::Paging& paging, List& list) {
  const auto add = [&list](const Row& row) {
    ToProto(row, *list.Add());
    return list.rbegin()->ByteSizeLong();
  };
  auto page = api::PageOf(std::move(rows), paging, add, [](const Row& row) {
    return api::TimeAndId{row.created_at, row.id}.keys();
  });
  const int count = static_cast<int>(page.rows.size());
  list.DeleteSubrange(count, list.size() - count);
  return std::move(page.next_page_token);
}

absl::StatusOr<std::vector<base::Uuid>> FromProto(const v1::RedriveDeadLettersRequest& request) {
  if (request.ids().empty() || request.ids_size() > kMaxRedrive) {
    return api::BatchSizeOutOfRange("ids", request.ids_size(), kMaxRedrive);
  }
  std::vector<base::Uuid> ids;
  for (int i = 0; i < request.ids_size(); ++i) {
    ASSIGN_OR_RETURN(const base::Uuid id, domain::ReadId(request.ids(i), absl::StrCat("ids[", i, "]")));
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

}  // namespace

void NotificationService::Register(mesh::Server& server) {
  using Async = v1::NotificationService::AsyncService;
  server.Add(&service_);
  server.Unary("ListNotifications", &service_, &Async::RequestListNotifications,
               [this](mesh::CallContext& call, const v1::ListNotificationsRequest& request,
                      v1::ListNotificationsResponse& reply) { return ListNotifications(call, request, reply); });
  server.Unary("ResendNotification", &service_, &Async::RequestResendNotification,
               [this](mesh::CallContext& call, const v1::ResendNotificationRequest& request, v1::Notification& reply) {
                 return ResendNotification(call, request, reply);
               });
  server.Unary("StartResend", &service_, &Async::RequestStartResend,
               [this](mesh::CallContext& call, const v1::StartResendRequest& request, v1::Resend& reply) {
                 return StartResend(call, request, reply);
               });
  server.Unary("GetResend", &service_, &Async::RequestGetResend,
               [this](mesh::CallContext& call, const v1::GetResendRequest& request, v1::Resend& reply) {
                 return GetResend(call, request, reply);
               });
  server.Unary("ListDeadLetters", &service_, &Async::RequestListDeadLetters,
               [this](mesh::CallContext& call, const v1::ListDeadLettersRequest& request,
                      v1::ListDeadLettersResponse& reply) { return ListDeadLetters(call, request, reply); });
  server.Unary("RedriveDeadLetters", &service_, &Async::RequestRedriveDeadLetters,
               [this](mesh::CallContext& call, const v1::RedriveDeadLettersRequest& request,
                      v1::RedriveDeadLettersResponse& reply) { return RedriveDeadLetters(call, request, reply); });
}

aio::Task<grpc::Status> NotificationService::ListNotifications(mesh::CallContext& call,
                                                               const v1::ListNotificationsRequest& request,
                                                               v1::ListNotificationsResponse& reply) {
  absl::StatusOr<NotificationQuery> query = FromProto(request);
  if (!query.ok()) co_return wire::ToGrpcStatus(query.status());
  const absl::StatusOr<api::Paging> paging = PagingOf(request, *query);
  if (!paging.ok()) co_return wire::ToGrpcStatus(paging.status());
  query->after = api::TimeAndId::Of(paging->from);
  query->limit = paging->limit();
  auto run =
      pool_.Run(call.waiter(), [query = *query](AdminTools& tools) { return tools.notifications().List(query); });
  absl::StatusOr<std::vector<StoredNotification>> rows = co_await run;
  if (!rows.ok()) co_return wire::ToGrpcStatus(AsListRefusal(rows.status()));
  reply.set_next_page_token(FillPage(*std::move(rows), *paging, *reply.mutable_notifications()));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> NotificationService::ResendNotification(mesh::CallContext& call,
                                                                const v1::ResendNotificationRequest& request,
                                                                v1::Notification& reply) {
  const absl::StatusOr<base::Uuid> id = domain::ReadId(request.id(), "id");
  if (!id.ok()) co_return wire::ToGrpcStatus(id.status());
  auto run = pool_.Run(call.waiter(), [id = *id, even_if_sent = request.even_if_sent()](AdminTools& tools) {
    return tools.notifications().Resend(id, even_if_sent);
  });
  const absl::StatusOr<StoredNotification> row = co_await run;
  if (!row.ok()) {
    co_return wire::ToGrpcStatus(AsRefusal(row.status(), domain::reasons::kNotificationNotFound));
  }
  ToProto(*row, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> NotificationService::StartResend(mesh::CallContext& call, const v1::StartResendRequest& request,
                                                         v1::Resend& reply) {
  const absl::StatusOr<std::string> request_id =
      api::RequiredRequestId(request.request_id(), call.metadata_values("idempotency-key"));
  if (!request_id.ok()) co_return wire::ToGrpcStatus(request_id.status());
  const absl::StatusOr<ResendFilter> filter = FromProto(request);
  if (!filter.ok()) co_return wire::ToGrpcStatus(filter.status());
  auto run = pool_.Run(call.waiter(), [id = ids_.Next(), request_id = *request_id, filter = *filter](
                                          AdminTools& tools) { return tools.resends().Start(id, request_id, filter); });
  const absl::StatusOr<Resend> resend = co_await run;
  if (absl::IsAlreadyExists(resend.status())) co_return wire::ToGrpcStatus(api::IdempotencyKeyReused("a resend"));
  if (!resend.ok()) co_return wire::ToGrpcStatus(AsRefusal(resend.status(), ""));
  ToProto(*resend, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> NotificationService::GetResend(mesh::CallContext& call, const v1::GetResendRequest& request,
                                                       v1::Resend& reply) {
  const absl::StatusOr<base::Uuid> id = domain::ReadId(request.id(), "id");
  if (!id.ok()) co_return wire::ToGrpcStatus(id.status());
  auto run = pool_.Run(call.waiter(), [id = *id](AdminTools& tools) { return tools.resends().Get(id); });
  const absl::StatusOr<Resend> resend = co_await run;
  if (!resend.ok()) co_return wire::ToGrpcStatus(AsRefusal(resend.status(), domain::reasons::kResendNotFound));
  ToProto(*resend, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> NotificationService::ListDeadLetters(mesh::CallContext& call,
                                                             const v1::ListDeadLettersRequest& request,
                                                             v1::ListDeadLettersResponse& reply) {
  const absl::StatusOr<api::Paging> paging = api::ReadPaging({request.page_size(), request.page_token()},
                                                             api::ListQuery("dead_letters"), api::TimeAndId::kKinds);
  if (!paging.ok()) co_return wire::ToGrpcStatus(paging.status());
  auto run = pool_.Run(call.waiter(), [after = api::TimeAndId::Of(paging->from), limit = paging->limit()](
                                          AdminTools& tools) { return tools.dead_letters().List(after, limit); });
  absl::StatusOr<std::vector<DeadLetter>> letters = co_await run;
  if (!letters.ok()) co_return wire::ToGrpcStatus(AsListRefusal(letters.status()));
  reply.set_next_page_token(FillPage(*std::move(letters), *paging, *reply.mutable_dead_letters()));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> NotificationService::RedriveDeadLetters(mesh::CallContext& call,
                                                                const v1::RedriveDeadLettersRequest& request,
                                                                v1::RedriveDeadLettersResponse& reply) {
  absl::StatusOr<std::vector<base::Uuid>> ids = FromProto(request);
  if (!ids.ok()) co_return wire::ToGrpcStatus(ids.status());
  auto run = pool_.Run(call.waiter(), [this, ids = *std::move(ids)](AdminTools& tools) {
    // What was published is marked so, also when nobody waits for the answer any more.
    tools.LimitTo(absl::InfiniteDuration());
    return Redrive(
        ids, tools.dead_letters(), messaging::kNotificationsQueue,
        [&tools](absl::Span<const rabbitmq::Message> messages) { return tools.Publish(messages); }, metrics_);
  });
  const absl::StatusOr<int> redriven = co_await run;
  if (!redriven.ok()) {
    co_return wire::ToGrpcStatus(AsRefusal(redriven.status(), domain::reasons::kDeadLetterNotFound));
  }
  reply.set_redriven_count(*redriven);
  co_return grpc::Status::OK;
}

}  // namespace ordermesh::notifier
