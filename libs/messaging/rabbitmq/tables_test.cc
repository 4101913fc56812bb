#include "libs/messaging/rabbitmq/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordermesh::rabbitmq {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(FieldTableTest, QueueArgumentsBecomeATable) {
  const QueueSpec queue = {.name = "q",
                           .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", "orders.dlx"}},
                           .int_arguments = {{"x-delivery-limit", 10}}};
  FieldTable arguments = ArgumentsOf(queue);
  const amqp_table_t table = arguments.get();
  EXPECT_THAT(ToHeaders(table),
              ElementsAre(Pair("x-queue-type", "quorum"), Pair("x-dead-letter-exchange", "orders.dlx"),
                          Pair("x-delivery-limit", "10")));
  EXPECT_EQ(table.entries[2].value.kind, AMQP_FIELD_KIND_I64) << "a limit sent as text would be refused";
}

TEST(FieldTableTest, LeavesOutWhatHasNoText) {
  FieldTable inner, outer;
  inner.Text("reason", "rejected");
  outer.Text("text", "t").Table("x-death", inner).Bool("flag", true).Int("number", -5);
  EXPECT_THAT(ToHeaders(outer.get()), ElementsAre(Pair("text", "t"), Pair("flag", "true"), Pair("number", "-5")));
}

TEST(FieldTableTest, FindsIntegersOfEveryWidth) {
  amqp_table_entry_t entries[3]{};
  entries[0].key = Bytes("u8");
  entries[0].value.kind = AMQP_FIELD_KIND_U8;
  entries[0].value.value.u8 = 200;
  entries[1].key = Bytes("i32");
  entries[1].value.kind = AMQP_FIELD_KIND_I32;
  entries[1].value.value.i32 = -3;
  entries[2].key = Bytes("text");
  entries[2].value.kind = AMQP_FIELD_KIND_UTF8;
  entries[2].value.value.bytes = Bytes("7");
  const amqp_table_t table{3, entries};
  EXPECT_EQ(FindInt(table, "u8", 0), 200);
  EXPECT_EQ(FindInt(table, "i32", 0), -3);
  EXPECT_EQ(FindInt(table, "text", 42), 42);
  EXPECT_EQ(FindInt(table, "none", 42), 42);
}

TEST(FieldTableTest, ClearForgetsEverything) {
  FieldTable table;
  table.Text("a", "b");
  table.Clear();
  EXPECT_EQ(table.get().num_entries, 0);
}

}  // namespace
}  // namespace ordermesh::rabbitmq
