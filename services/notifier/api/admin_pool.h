// What the RPCs work with: threads that have a database session and a connection to RabbitMQ.
#pragma once

#include <memory>
#include <utility>

#include "libs/aio/worker_pool.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/postgres/connection.h"
#include "services/notifier/store/postgres_dead_letters.h"
#include "services/notifier/store/postgres_notification_store.h"
#include "services/notifier/store/postgres_resends.h"

namespace ordermesh::notifier {

class AdminTools {
 public:
  AdminTools(const postgres::ConnectionOptions& database, absl::Duration lease, rabbitmq::ConnectionOptions broker)
      : db_(database), notifications_(db_, lease), dead_letters_(db_), resends_(db_), broker_(std::move(broker)) {}

  // Of the database; a publish has a limit of its own.
  void LimitTo(absl::Duration left) { db_.LimitTo(left); }
  NotificationStore& notifications() { return notifications_; }
  DeadLetterStore& dead_letters() { return dead_letters_; }
  ResendStore& resends() { return resends_; }
  // Connected for one use: nobody serves its heartbeats in between.
  rabbitmq::PublishReport Publish(absl::Span<const rabbitmq::Message> messages) {
    constexpr int kWindow = 64;
    rabbitmq::PublishReport report = broker_.Publish(messages, kWindow, absl::Seconds(4));
    broker_.Close();
    return report;
  }

 private:
  postgres::Connection db_;
  PostgresNotificationStore notifications_;
  PostgresDeadLetters dead_letters_;
  PostgresResends resends_;
  rabbitmq::Connection broker_;
};

using AdminPool = aio::WorkerPool<AdminTools>;

}  // namespace ordermesh::notifier
