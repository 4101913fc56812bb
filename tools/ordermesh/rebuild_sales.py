"""Builds the sales figures anew from the orders, after Kafka has dropped records that were never counted.

Exact, though orders go on being accepted: (1) the ends of Kafka's logs are read; (2) then, in one snapshot, every order is
summed up and the ids of the outbox's events are noted; (3) the sums, the ids as counted, and the ends as positions are
written in one short transaction. An event before its log's end was published before the snapshot, so its order is in the
sums. One behind it either stood in the outbox at the snapshot, so its id is noted and it will not count, or is newer, so it
will.
"""

import argparse
import sys
from pathlib import Path

import psycopg
from confluent_kafka import ConsumerGroupState, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

_TOPIC = "orders.events"
_GROUP = "analytics"
_TIMEOUT_S = 10
_SQL = Path(__file__).with_name("rebuild_sales_sql")


def main() -> int:
    parser = argparse.ArgumentParser("tools/rebuild-sales", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--database_url", required=True, help="as the owner of the schemas, ordermesh_owner")
    parser.add_argument("--kafka_brokers", required=True, help="host:port,host:port")
    options = parser.parse_args()
    try:
        return _rebuild(options.database_url, AdminClient({"bootstrap.servers": options.kafka_brokers}))
    except (psycopg.Error, KafkaException, RuntimeError) as error:
        print(f"tools/rebuild-sales: {error}", file=sys.stderr)
        return 1


def _rebuild(database_url: str, kafka: AdminClient) -> int:
    group = kafka.describe_consumer_groups([_GROUP])[_GROUP].result(_TIMEOUT_S)
    if group.state not in (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD):
        raise RuntimeError("analytics is running; stop every replica of it first")
    ends = _log_ends(kafka)
    with psycopg.connect(database_url) as reading:
        # Read only: a transaction that writes would hold back the relay for as long as the sums take.
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reading.read_only = True
        sales = reading.execute(_sql("sum_sales")).fetchall()
        totals = reading.execute(_sql("sum_order_totals")).fetchall()
        events = reading.execute("SELECT event_id FROM orders.outbox").fetchall()
    with psycopg.connect(database_url) as writing:
        writing.execute("TRUNCATE analytics.sales, analytics.order_totals")
        _copy(writing, "analytics.sales", sales)
        _copy(writing, "analytics.order_totals", totals)
        writing.execute("CREATE TEMPORARY TABLE noted (event_id uuid) ON COMMIT DROP")
        _copy(writing, "noted", events)
        writing.execute("INSERT INTO analytics.seen_events (event_id) SELECT event_id FROM noted ON CONFLICT DO NOTHING")
        for number, end in ends.items():
            writing.execute(_sql("set_position"), {"topic": _TOPIC, "partition": number, "end": end})
    print(f"{len(sales)} rows of sales and {len(totals)} of totals from the orders; positions {ends}; start analytics again")
    return 0


def _log_ends(kafka: AdminClient) -> dict[int, int]:
    partitions = kafka.list_topics(_TOPIC, timeout=_TIMEOUT_S).topics[_TOPIC].partitions
    asked = kafka.list_offsets({TopicPartition(_TOPIC, number): OffsetSpec.latest() for number in partitions})
    return {partition.partition: future.result(_TIMEOUT_S).offset for partition, future in asked.items()}


def _copy(database: psycopg.Connection, table: str, rows: list) -> None:
    with database.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()


if __name__ == "__main__":
    sys.exit(main())
