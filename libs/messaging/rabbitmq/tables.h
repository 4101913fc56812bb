// AMQP field tables: our headers and arguments as the library wants them, and back.
#pragma once

#include <cstdint>
#include <vector>

#include "libs/messaging/message.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/library.h"

namespace ordermesh::rabbitmq {

// A table made of views: what it was filled from must outlive it. Reusable after Clear.
class FieldTable {
 public:
  void Clear() { entries_.clear(); }
  FieldTable& Text(absl::string_view name, absl::string_view value);
  FieldTable& Int(absl::string_view name, std::int64_t value);
  FieldTable& Bool(absl::string_view name, bool value);
  FieldTable& Table(absl::string_view name, FieldTable& value);
  FieldTable& All(const messaging::Headers& headers);
  // Valid until the next change.
  amqp_table_t get();

 private:
  amqp_table_entry_t& Add(absl::string_view name, int kind);
  std::vector<amqp_table_entry_t> entries_;
};

FieldTable ArgumentsOf(const QueueSpec& queue);

// The entries that have a textual form: text, bytes, integers, booleans. Nested tables and arrays (x-death) are left
// out.
messaging::Headers ToHeaders(const amqp_table_t& table);
// An integer of any width; `missing` when there is none of that name.
std::int64_t FindInt(const amqp_table_t& table, absl::string_view name, std::int64_t missing);

}  // namespace ordermesh::rabbitmq
