// The positions of a sink that keeps them in PostgreSQL, beside its effects: see TransactionalSink.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "libs/stream/lags.h"
#include "libs/stream/partition_sink.h"

namespace ordermesh::stream {

// A table with the columns topic text, partition integer, next_offset bigint, last_event_id uuid, lost_records bigint
// DEFAULT 0, and the primary key (topic, partition). Its statements live as long as it does: make one for each table,
// and keep it until the process ends. Thread-safe.
class PositionTable {
 public:
  explicit PositionTable(const std::string& name);  // "analytics.offsets"; goes into SQL as it is

  // As AnySink::Load and AnySink::Move.
  absl::StatusOr<Position> Load(postgres::Connection& connection, const Partition& partition) const;
  absl::Status Move(postgres::Connection& connection, const Partition& partition, std::int64_t from, std::int64_t to,
                    std::int64_t lost) const;
  // Of every partition, sorted.
  absl::StatusOr<Positions> All(postgres::Connection& connection) const;

  // In the transaction that has the effect of `batch`: first locks the partition,
  void SendLock(postgres::Connection::Pipeline& pipeline, const Batch& batch) const;
  // looks at what that found (kFailedPrecondition: it does not stand at the batch's beginning),
  absl::Status CheckLocked(const postgres::Result& locked, const Batch& batch) const;
  // and moves it behind the batch.
  void SendAdvance(postgres::Connection::Pipeline& pipeline, const Batch& batch) const;

 private:
  struct Text {
    std::string name, sql;
    operator postgres::Statement() const { return {name.c_str(), sql.c_str()}; }
  };
  const Text select_, insert_, move_, all_, lock_, advance_;
};

}  // namespace ordermesh::stream
