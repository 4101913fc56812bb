// A change whose commit got no answer: what was written, until it is known whether it is there.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "libs/postgres/connection.h"
#include "services/catalog/sql.h"

namespace ordermesh::catalog {

// Of the attempts of one change, which belong to one thread at a time.
template <class Row>
class UnansweredCommit {
 public:
  // An attempt has written `row` in the transaction with this id.
  void Remember(Row row, std::uint64_t transaction) { written_ = Written{std::move(row), transaction}; }

  // Asks, at the end of the pipeline in which the next attempt locks the row: so the lost session has ended, one way or
  // the other.
  void SendQuestion(postgres::Connection::Pipeline& pipeline) const {
    constexpr postgres::Statement kWasCommitted{"was_committed", sql::kWasCommitted};
    if (written_.has_value()) pipeline.Send(kWasCommitted, postgres::Params().Xid8(written_->transaction));
  }
  // Of that pipeline's results: the row, if it was committed.
  std::optional<Row> Settle(const std::vector<postgres::Result>& results) {
    if (!written_.has_value()) return std::nullopt;
    Written written = *std::exchange(written_, std::nullopt);
    return results.back().Bool(0, 0) ? std::optional(std::move(written.row)) : std::nullopt;
  }

 private:
  struct Written {
    Row row;
    std::uint64_t transaction = 0;
  };

  std::optional<Written> written_;
};

}  // namespace ordermesh::catalog
