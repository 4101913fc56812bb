"""ordermesh-analytics as a process, with the real stores: what it says when something is missing, and a death at the worst moment."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from confluent_kafka import TopicPartition

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from analytics_world import REPOSITORY, TOPIC, World, migrate, wait_for  # noqa: E402
from ordermesh import paths  # noqa: E402
from ordermesh.stack import Stack  # noqa: E402


@pytest.fixture(scope="module")
def stack():
    if "ORDERMESH_STACK_DIR" in os.environ:  # under tools/stack run, or beside a stack that is up
        stack = Stack(pathlib.Path(os.environ["ORDERMESH_STACK_DIR"]))
        migrate(stack.describe()["env"])
        yield stack
        return
    stack = Stack(paths.scratch_root() / f"ordermesh-analytics-{os.getpid()}")
    stack.up(["postgres", "rabbitmq", "kafka", "migrate"], {"build": os.environ["ORDERMESH_BUILD"]})
    try:
        yield stack
    finally:
        stack.down()


@pytest.fixture
def world(stack, tmp_path):
    world = World(stack, tmp_path)
    found = world.admin.list_topics(timeout=10).topics.get(TOPIC)
    if found is None or len(found.partitions) != 3:
        world.create_topic(3)
    world.forget_everything()
    yield world
    world.stop_all()


def _store_orders(world, count: int, outbox_from: int) -> None:
    """Orders as the gateway stores them; of every ten one is cancelled, one paid and then cancelled, one paid, one shipped and
    one delivered. The outbox is pruned before `outbox_from`."""
    world.execute(f"""
        INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, version, total_minor, currency,
                                   contact_email, note, created_at)
        SELECT gen_random_uuid(), 'default', n::text, '', 'CUST-0001', state, version, 500, 'EUR', '', '',
               timestamptz '2026-03-01 14:30Z'
        FROM generate_series(1, {count}) n
        JOIN (VALUES (0, 2, 2), (1, 2, 3), (2, 3, 2), (3, 4, 3), (4, 5, 4), (5, 1, 1), (6, 1, 1), (7, 1, 1), (8, 1, 1),
                     (9, 1, 1)) AS became (digit, state, version) ON digit = n % 10;
        INSERT INTO orders.lines (order_id, line, product_id, sku, name, quantity, unit_price_minor)
        SELECT id, 1, '00000000-0000-0000-0000-000000000007', 'SKU-0007', 'A product', 2, 250 FROM orders.orders;
        INSERT INTO orders.outbox (event_id, aggregate_id, type, payload)
        SELECT gen_random_uuid(), id, 'ordermesh.order.accepted.v1', '' FROM orders.orders
        WHERE request_id::int >= {outbox_from}""")


def added(*totals: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*totals, strict=True)))


def test_counts_and_stops_in_order(world):
    analytics = world.start()
    expected = world.publish(50)
    wait_for("the orders counted", lambda: world.totals() == expected, lambda: analytics.log())
    wait_for("no lag", lambda: analytics.metric("ordermesh_analytics_lag_records") == 0)
    assert analytics.metric("ordermesh_analytics_events_total") == 50
    assert analytics.stop() == 0
    assert world.totals() == expected


def test_killed_between_the_commit_in_the_database_and_the_one_in_kafka(world):
    analytics = world.start(ORDERMESH_FAILPOINTS="analytics_after_commit=crash@3")
    sums = (0, 0, 0)
    while analytics.process.poll() is None:
        sums = added(sums, world.publish(3))
        time.sleep(0.02)
    assert analytics.process.returncode == -signal.SIGKILL
    assert any(event["event"] == "failpoint" for event in analytics.events())
    stored = world.query("SELECT sum(next_offset)::bigint FROM analytics.offsets")[0]
    assert world.committed() < stored, "it died after Kafka knew"
    second = world.start()
    # The first may have counted all there was.
    sums = added(sums, world.publish(3))
    wait_for("all orders counted", lambda: world.totals() == sums, lambda: f"{world.totals()} of {sums}")
    assert second.metric("ordermesh_analytics_repeats_total") == 0, "the database's offset is what counts"
    assert world.query("SELECT count(*) FROM analytics.seen_events")[0] == sums[0]
    assert second.stop() == 0


def test_a_missing_topic_is_named_and_its_coming_noticed(world):
    world.delete_topic()
    analytics = world.start(ready=False)
    analytics.wait_not_ready("kafka", TOPIC)
    assert analytics.get("/healthz")[0] == 200
    wait_for("a clear log line", lambda: any(
        event["event"] == "counting_waits" and TOPIC in event["error"] for event in analytics.events()
    ))  # fmt: skip
    world.create_topic(3)
    analytics.wait_ready()
    expected = world.publish(10)
    wait_for("the orders counted", lambda: world.totals() == expected, lambda: analytics.log())
    assert analytics.stop() == 0


def test_a_topic_of_one_partition_is_named_with_the_difference(world):
    world.delete_topic()
    world.create_topic(1)
    analytics = world.start(ready=False)
    analytics.wait_not_ready("kafka", "1 partitions, not 3")
    assert analytics.stop() == 0
    world.delete_topic()


def test_names_that_the_database_is_down_within_two_seconds_and_recovers(world):
    analytics = world.start()
    expected = world.publish(5)
    wait_for("the orders counted", lambda: world.totals() == expected, lambda: analytics.log())
    world.stack.command("kill", "postgres")
    analytics.wait_not_ready("database", "schema", seconds=2)
    assert analytics.get("/healthz")[0] == 200
    world.stack.command("start", "postgres")
    analytics.wait_ready()
    total = added(expected, world.publish(5))
    wait_for("those after it counted", lambda: world.totals() == total, lambda: analytics.log())
    assert analytics.stop() == 0


SERVICE = "ordermesh.analytics.v1.AnalyticsService"


def test_with_kafka_away_what_was_counted_is_told(world):
    analytics = world.start()
    expected = world.publish(5)
    wait_for("the orders counted", lambda: world.totals() == expected, lambda: analytics.log())
    world.stack.command("kill", "kafka")
    wait_for("what is served without Kafka", lambda: analytics.groups() == {SERVICE: "ok", f"{SERVICE}/ListConsumerLags": "failing"},
             lambda: str(analytics.get("/readyz")), 2)
    status, text = analytics.get("/readyz")
    assert status == 200 and '"kafka":"failing"' in text
    assert analytics.orders_sold() == 5
    world.stack.command("start", "kafka")
    analytics.wait_ready()
    total = added(expected, world.publish(5))
    wait_for("those after it counted", lambda: world.totals() == total, lambda: analytics.log())
    assert analytics.stop() == 0


def test_rebuilding_makes_good_what_kafka_dropped(world):
    """Orders 1 to 40 were accepted; Kafka dropped the records of thirty while nobody read."""
    rebuild = [REPOSITORY / "tools" / "rebuild-sales", "--kafka_brokers", world.brokers, "--database_url"]
    rebuild.append(f"postgres://ordermesh_owner@{world.database}")
    _store_orders(world, 40, outbox_from=31)
    world.publish(30)
    ends = [TopicPartition(TOPIC, number, end) for number, end in world.ends().items()]
    for future in world.admin.delete_records(ends).values():
        future.result(60)
    analytics = world.start()
    wait_for("the alarm", lambda: analytics.metric("ordermesh_analytics_lost_records") > 0, lambda: analytics.log())
    assert subprocess.run(rebuild).returncode != 0, "refused while a member of the group runs"
    assert analytics.stop() == 0

    assert subprocess.run(rebuild).returncode == 0
    assert world.totals() == (40, 80, 20000)
    for table in ("sales", "order_totals"):
        became = [f"sum({kind}_{what})::bigint" for kind in ("cancelled", "paid", "shipped")
                  for what in ("orders", "units", "revenue_minor")]  # fmt: skip
        found = world.query(f"SELECT {', '.join(became)} FROM analytics.{table}")
        assert found == (8, 16, 4000, 16, 32, 8000, 8, 16, 4000), table
    # The ten whose events were still in the outbox come now, and one more that was accepted since.
    analytics = world.start()
    world.publish_events([row[0] for row in world.rows("SELECT event_id::text FROM orders.outbox")])
    world.publish(1)
    wait_for("the new order counted", lambda: world.totals() == (41, 82, 20500), lambda: analytics.log())
    wait_for("the ten passed over", lambda: analytics.metric("ordermesh_analytics_repeats_total") == 10)
    assert world.totals() == (41, 82, 20500)
    assert world.query("SELECT sum(lost_records)::bigint FROM analytics.offsets")[0] == 0
    assert analytics.stop() == 0
