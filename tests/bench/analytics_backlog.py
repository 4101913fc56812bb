"""How fast analytics counts a backlog, and what an event costs it and PostgreSQL.

    tools/stack run -- env ORDERMESH_BUILD=build/release tools/python tests/bench/analytics_backlog.py [EVENTS]

An event is an accepted order of three lines of 1,000 products.
"""

import os
import pathlib
import random
import sys
import tempfile
import time
import uuid

from confluent_kafka import Producer

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "integration" / "analytics"), str(HERE.parents[1] / "tools" / "bench")]

from analytics_world import TOPIC, World, migrate, wait_for  # noqa: E402
from ordermesh.stack import Stack  # noqa: E402
from procs import read_tree  # noqa: E402
from stubs import load  # noqa: E402


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    stack = Stack(pathlib.Path(os.environ["ORDERMESH_STACK_DIR"]))
    migrate(stack.describe()["env"])
    postgres = stack.describe()["servers"]["postgres"]["pid"]
    with tempfile.TemporaryDirectory() as scratch:
        world = World(stack, pathlib.Path(scratch))
        world.forget_everything()
        publish(world, events)
        before = read_tree(postgres).cpu_s
        began = time.monotonic()
        analytics = world.start()
        own = analytics.process.pid
        wait_for("readiness", lambda: analytics.get("/readyz")[0] == 200, seconds=60)
        start_cpu, start = read_tree(own).cpu_s, time.monotonic()
        already = world.query("SELECT count(*) FROM analytics.seen_events")[0]
        wait_for("all counted", lambda: world.query("SELECT sum(next_offset) FROM analytics.offsets")[0] >= world.total_end(),
                 analytics.log, 300)  # fmt: skip
        took, cpu = time.monotonic() - start, read_tree(own)
        counted = world.totals()[0] - already
        assert world.totals()[0] == events, world.totals()
        print(f"{counted / took:,.0f} events/s; per event: analytics {(cpu.cpu_s - start_cpu) * 1e6 / counted:.1f} µs, "
              f"PostgreSQL {(read_tree(postgres).cpu_s - before) * 1e6 / events:.1f} µs; "
              f"{analytics.metric('ordermesh_analytics_batch_records_sum') / analytics.metric('ordermesh_analytics_batch_records_count'):.0f} "
              f"records a transaction; memory {cpu.rss_mib:.0f} MiB; {time.monotonic() - began:.1f} s in all")  # fmt: skip
        assert analytics.stop() == 0
        world.stop_all()


def publish(world: World, count: int) -> None:
    pb = load().events
    random.seed(1)
    products = [str(uuid.UUID(int=number, version=4)) for number in range(1000)]
    producer = Producer({"bootstrap.servers": world.brokers, "acks": "all", "linger.ms": 20, "queue.buffering.max.messages": 500000})
    base = pb.OrderEvent(order_version=1, customer_id="CUST-0001", state=1)
    base.total.currency_code, base.total.units = "EUR", 50
    base.accept_time.GetCurrentTime()
    millis = int(time.time() * 1000)
    for number in range(count):
        order = str(uuid.uuid4())
        event = pb.OrderEvent()
        event.CopyFrom(base)
        event.order_id = order
        for product in random.sample(range(1000), 3):
            line = event.lines.add(product_id=products[product], sku=f"SKU-{product:04d}", name="A product of the shop", quantity=2)
            line.unit_price.currency_code, line.unit_price.units = "EUR", 7
        # Version 7, rising, as the gateway makes them.
        raw = (millis + number // 4).to_bytes(6, "big") + b"\x70\x00\x80" + number.to_bytes(7, "big")
        producer.produce(TOPIC, key=order, value=event.SerializeToString(), headers={
            "ce_specversion": "1.0", "ce_id": str(uuid.UUID(bytes=raw)), "ce_type": "ordermesh.order.accepted.v1",
            "ce_source": "/ordermesh/orders", "ce_subject": order, "ce_time": "2026-03-01T14:00:00.123456Z",
            "content-type": "application/protobuf", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        })  # fmt: skip
        if number % 1000 == 0:
            producer.poll(0)
    assert producer.flush(120) == 0


if __name__ == "__main__":
    main()
