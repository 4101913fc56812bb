// What is relayed: each outbox, and where its events go. A new one is a row of the table in feed.cc, its encoder, a
// migration that makes its tables, as catalog/0006_outbox does, and the relay's rights to them in migrate's grants.sql.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/messaging/topology.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/app/event.h"

namespace ordermesh::relay {

// What a broker gets of an event besides the envelope. INVALID_ARGUMENT: the payload is no such event, and never will
// be.
using Encoder = std::function<absl::StatusOr<std::string>(const wire::CloudEvent& envelope, absl::string_view payload)>;

struct ToRabbitmq {
  rabbitmq::ExchangeSpec exchange;
  Encoder encode;  // the body: a CloudEvent in structured mode
};

struct ToKafka {
  kafka::TopicSpec topic;
  Encoder encode;  // the value; the envelope is in the headers
};

struct Feed {
  // In PostgreSQL, with the tables outbox, outbox_cursor, outbox_pruned and outbox_dead. The feed's name, too.
  std::string schema;
  std::string migration;  // by which these were made
  std::string types;      // what the types of its events begin with; others are refused for good
  std::string source;     // of its CloudEvents
  std::optional<ToRabbitmq> rabbitmq;
  std::optional<ToKafka> kafka;
};

// The table.
std::vector<Feed> Feeds();

// The payload as it stands.
absl::StatusOr<std::string> EncodeAsItIs(const wire::CloudEvent& envelope, absl::string_view payload);

// The event's envelope, and what goes with it. INVALID_ARGUMENT: as Encoder, or its type is none of the feed's.
absl::StatusOr<std::string> Encode(const Feed& feed, const Encoder& encode, const Event& event,
                                   wire::CloudEvent& envelope);

}  // namespace ordermesh::relay
