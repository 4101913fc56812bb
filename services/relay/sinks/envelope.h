// The CloudEvent around a row of the outbox.
#pragma once

#include "libs/wire/cloud_event.h"
#include "services/relay/app/event.h"

namespace ordermesh::relay {

inline wire::CloudEvent EnvelopeOf(const Event& event) {
  return wire::EnvelopeOf({.event_id = event.id,
                           .type = event.type,
                           .aggregate_id = event.aggregate_id,
                           .headers = event.headers,
                           .created_at = event.created_at});
}

}  // namespace ordermesh::relay
