// A feed that is none of the table's, for tests: parcels, by their tracking numbers, in JSON.
#pragma once

#include "absl/status/status.h"
#include "libs/postgres/connection.h"
#include "services/relay/feed.h"

namespace ordermesh::relay {

inline constexpr char kParcels[] = "parcels";          // its schema
inline constexpr char kParcelsExchange[] = "parcels";  // a topic exchange
inline constexpr char kParcelsTopic[] = "parcels.test";

// What a row of the table would be.
Feed ParcelFeed();

// What its migration would be: its tables, like those of orders but for the id, which is text, and the relay's rights.
absl::Status CreateParcelOutbox(postgres::Connection& admin);

}  // namespace ordermesh::relay
