#include "libs/messaging/rabbitmq/tables.h"

#include <optional>

#include "absl/strings/str_cat.h"

namespace ordermesh::rabbitmq {
namespace {

std::optional<std::int64_t> IntegerOf(const amqp_field_value_t& value) {
  switch (value.kind) {
    case AMQP_FIELD_KIND_I8:
      return value.value.i8;
    case AMQP_FIELD_KIND_U8:
      return value.value.u8;
    case AMQP_FIELD_KIND_I16:
      return value.value.i16;
    case AMQP_FIELD_KIND_U16:
      return value.value.u16;
    case AMQP_FIELD_KIND_I32:
      return value.value.i32;
    case AMQP_FIELD_KIND_U32:
      return value.value.u32;
    case AMQP_FIELD_KIND_I64:
      return value.value.i64;
    case AMQP_FIELD_KIND_U64:
    case AMQP_FIELD_KIND_TIMESTAMP:
      return static_cast<std::int64_t>(value.value.u64);
    default:
      return std::nullopt;
  }
}

}  // namespace

amqp_table_entry_t& FieldTable::Add(absl::string_view name, int kind) {
  amqp_table_entry_t& entry = entries_.emplace_back();
  entry.key = Bytes(name);
  entry.value.kind = static_cast<std::uint8_t>(kind);
  return entry;
}

FieldTable& FieldTable::Text(absl::string_view name, absl::string_view value) {
  Add(name, AMQP_FIELD_KIND_UTF8).value.value.bytes = Bytes(value);
  return *this;
}

FieldTable& FieldTable::Int(absl::string_view name, std::int64_t value) {
  Add(name, AMQP_FIELD_KIND_I64).value.value.i64 = value;
  return *this;
}

FieldTable& FieldTable::Bool(absl::string_view name, bool value) {
  Add(name, AMQP_FIELD_KIND_BOOLEAN).value.value.boolean = value ? 1 : 0;
  return *this;
}

FieldTable& FieldTable::Table(absl::string_view name, FieldTable& value) {
  Add(name, AMQP_FIELD_KIND_TABLE).value.value.table = value.get();
  return *this;
}

FieldTable& FieldTable::All(const messaging::Headers& headers) {
  for (const auto& [name, value] : headers) Text(name, value);
  return *this;
}

amqp_table_t FieldTable::get() {
  amqp_table_t table;
  table.num_entries = static_cast<int>(entries_.size());
  table.entries = entries_.data();
  return table;
}

FieldTable ArgumentsOf(const QueueSpec& queue) {
  FieldTable table;
  table.All(queue.text_arguments);
  for (const auto& [name, value] : queue.int_arguments) table.Int(name, value);
  return table;
}

messaging::Headers ToHeaders(const amqp_table_t& table) {
  messaging::Headers headers;
  for (int i = 0; i < table.num_entries; ++i) {
    const amqp_table_entry_t& entry = table.entries[i];
    const std::string name(View(entry.key));
    if (entry.value.kind == AMQP_FIELD_KIND_UTF8 || entry.value.kind == AMQP_FIELD_KIND_BYTES) {
      headers.emplace_back(name, std::string(View(entry.value.value.bytes)));
    } else if (entry.value.kind == AMQP_FIELD_KIND_BOOLEAN) {
      headers.emplace_back(name, entry.value.value.boolean ? "true" : "false");
    } else if (std::optional<std::int64_t> integer = IntegerOf(entry.value)) {
      headers.emplace_back(name, absl::StrCat(*integer));
    }
  }
  return headers;
}

std::int64_t FindInt(const amqp_table_t& table, absl::string_view name, std::int64_t missing) {
  for (int i = 0; i < table.num_entries; ++i) {
    if (View(table.entries[i].key) == name) return IntegerOf(table.entries[i].value).value_or(missing);
  }
  return missing;
}

}  // namespace ordermesh::rabbitmq
