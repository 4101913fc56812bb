#include "libs/stream/position_table.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::stream {
namespace {

using postgres::Params;
using postgres::Result;

constexpr char kOfPartition[] = " WHERE topic = $1 AND partition = $2";

Params KeyOf(const Partition& partition) {
  Params params;
  params.Text(partition.topic).Int4(partition.number);
  return params;
}

Position ReadPosition(const Result& rows, int row, int column) {
  Position position;
  position.next_offset = rows.Int8(row, column);
  if (!rows.IsNull(row, column + 1)) position.last_record = rows.Uuid(row, column + 1);
  position.lost_records = rows.Int8(row, column + 2);
  return position;
}

absl::Status Elsewhere(const Partition& partition, std::int64_t expected) {
  return absl::FailedPreconditionError(absl::StrCat(NameOf(partition), " does not stand at ", expected, " any more"));
}

}  // namespace

PositionTable::PositionTable(const std::string& name)
    : select_{absl::StrCat("select_", name),
              absl::StrCat("SELECT next_offset, last_event_id, lost_records FROM ", name, kOfPartition)},
      insert_{absl::StrCat("insert_", name),
              absl::StrCat("INSERT INTO ", name, " (topic, partition, next_offset) VALUES ($1, $2, 0) ",
                           "ON CONFLICT (topic, partition) DO NOTHING")},
      move_{
          absl::StrCat("move_", name),
          absl::StrCat("UPDATE ", name, " SET next_offset = $4, last_event_id = NULL, lost_records = lost_records + $5",
                       kOfPartition, " AND next_offset = $3")},
      all_{absl::StrCat("all_", name),
           absl::StrCat("SELECT topic, partition, next_offset, last_event_id, lost_records FROM ", name,
                        " ORDER BY topic, partition")},
      lock_{absl::StrCat("lock_", name), absl::StrCat("SELECT next_offset FROM ", name, kOfPartition, " FOR UPDATE")},
      advance_{absl::StrCat("advance_", name),
               absl::StrCat("UPDATE ", name, " SET next_offset = $3, last_event_id = $4", kOfPartition)} {}

absl::StatusOr<Position> PositionTable::Load(postgres::Connection& connection, const Partition& partition) const {
  const Params key = KeyOf(partition);
  ASSIGN_OR_RETURN(Result found, connection.Execute(select_, key));
  if (found.rows() == 0) {
    RETURN_IF_ERROR(connection.Execute(insert_, key).status());
    ASSIGN_OR_RETURN(found, connection.Execute(select_, key));
  }
  if (found.rows() == 0)
    return absl::AbortedError(absl::StrCat(NameOf(partition), ": its position was deleted meanwhile"));
  return ReadPosition(found, 0, 0);
}

absl::Status PositionTable::Move(postgres::Connection& connection, const Partition& partition, std::int64_t from,
                                 std::int64_t to, std::int64_t lost) const {
  ASSIGN_OR_RETURN(const Result moved, connection.Execute(move_, KeyOf(partition).Int8(from).Int8(to).Int8(lost)));
  return moved.affected() == 1 ? absl::OkStatus() : Elsewhere(partition, from);
}

absl::StatusOr<Positions> PositionTable::All(postgres::Connection& connection) const {
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(all_));
  Positions positions;
  for (int row = 0; row < rows.rows(); ++row) {
    positions.emplace_back(Partition{std::string(rows.Text(row, 0)), rows.Int4(row, 1)}, ReadPosition(rows, row, 2));
  }
  return positions;
}

void PositionTable::SendLock(postgres::Connection::Pipeline& pipeline, const Batch& batch) const {
  pipeline.Send(lock_, KeyOf(batch.partition));
}

absl::Status PositionTable::CheckLocked(const Result& locked, const Batch& batch) const {
  if (locked.rows() == 1 && locked.Int8(0, 0) == batch.first_offset) return absl::OkStatus();
  return Elsewhere(batch.partition, batch.first_offset);
}

void PositionTable::SendAdvance(postgres::Connection::Pipeline& pipeline, const Batch& batch) const {
  Params params = KeyOf(batch.partition);
  params.Int8(batch.next_offset);
  if (batch.last_record.is_nil()) {
    params.Null(postgres::Type::kUuid);
  } else {
    params.Uuid(batch.last_record);
  }
  pipeline.Send(advance_, params);
}

}  // namespace ordermesh::stream
