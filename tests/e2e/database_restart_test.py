"""PostgreSQL goes away under load, killed or in order: what was acknowledged is stored once, what was not at most once."""

import pytest

from agreement import agree
from load import Load
from system import eventually

SKUS = [f"SKU-{number:04}" for number in range(820, 880)]
RESTARTS = 3

# What PostgreSQL says of its last end when it starts: the test would prove nothing if it had ended another way.
SAYS = {"kill": "database system was not properly shut down", "stop": "database system was shut down at"}


def postgres_log(system):
    return (system.folder / "postgres" / "log").read_text(errors="replace")


@pytest.mark.parametrize("verb", ["kill", "stop"])
def test_orders_placed_while_the_database_restarts_are_stored_once_or_not_at_all(system, verb):
    said = postgres_log(system).count(SAYS[verb])
    # No call is tried again: so there are orders whose client never learnt what became of them.
    load = Load(system, 1_000_000, SKUS, threads=8, seed={"kill": 101, "stop": 102}[verb], cancel=0.1, attempts=1)
    running = load.start()
    try:
        for _ in range(RESTARTS):
            placed = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) >= placed + 200, within=60, what="orders before")
            system.command(verb, "postgres")
            failed = load.retries
            eventually(lambda: load.retries > failed, what="a call that failed")
            system.command("start", "postgres")
            placed = len(load.acknowledged)
            eventually(lambda: len(load.acknowledged) > placed, within=60, what="orders going on")
    finally:
        load.stop.set()
        running.join()
    assert postgres_log(system).count(SAYS[verb]) - said >= RESTARTS
    assert load.refused == {}, "a restart is no fault of the request"
    assert load.unanswered, "no call failed: there was no load while the database was away"

    agree(system, load.acknowledged.values(), within=120)
    stored = system.sql("SELECT request_id, id::text FROM orders.orders WHERE request_id = ANY(%s)",
                        [*load.acknowledged, *load.unanswered])
    ids = {}
    for request_id, order_id in stored:
        assert request_id not in ids, f"request {request_id} was stored twice"
        ids[request_id] = order_id
    assert {request: ids.get(request) for request in load.acknowledged} == load.acknowledged
    # A client that asks again learns what happened, and makes no second order of what was stored.
    for request_id, request in load.unanswered.items():
        order = system.orders.CreateOrder(request, timeout=5)
        assert order.id == ids.get(request_id, order.id)
    agree(system, within=60)
