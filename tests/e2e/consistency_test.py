"""Thousands of orders, a part of them paid, shipped, delivered, cancelled: database, Kafka, notifications, rollups, stock and its
history agree exactly.

ORDERMESH_E2E_ORDERS sets how many (10,000; 500 under AddressSanitizer).
"""

import copy
import os

import psycopg
import pytest

import checker
from load import Load
from system import eventually

ORDERS = int(os.environ.get("ORDERMESH_E2E_ORDERS", "10000"))
SKUS = [f"SKU-{number:04}" for number in range(200, 400)]


def snapshot(system):
    return checker.load(system.endpoints["postgres"], system.endpoints["kafka"], system.protos.events.OrderEvent)


def channels(system):
    return len(system.endpoints.get("channels", ["email"]))


@pytest.fixture(scope="module")
def loaded(system):
    """(the load that ran, the snapshot after all its effects were done)"""
    at_start = {product: available + reserved for product, available, reserved in system.sql(
        "SELECT product_id::text, available, reserved FROM catalog.stock")}
    unwilling = [f"CUST-{number:04}" for number in range(0, 1000, 7)]
    system.change("UPDATE catalog.customers SET order_updates = false WHERE id = ANY (%s)", unwilling)
    load = Load(system, ORDERS, SKUS, cancel=0.05, pay=0.2).run()
    assert not load.refused and not load.unknown
    eventually(
        lambda: checker.violations(snapshot(system), channels=channels(system))[:20], lambda found: not found, within=180,
        what="agreement")
    return load, snapshot(system), at_start


def test_every_acknowledged_order_is_everywhere_once(system, loaded):
    load, after, at_start = loaded
    assert len(load.acknowledged) == ORDERS and len(load.cancelled) > ORDERS // 40
    assert len(set(load.acknowledged.values())) == ORDERS
    assert checker.violations(after, load.acknowledged.values(), channels(system), at_start) == []
    assert all(after.orders[order_id].state == checker.STATE_CANCELLED for order_id in load.cancelled)
    for moved, then, final in ((load.paid, load.shipped | load.cancelled, checker.STATE_PAID),
                               (load.shipped, load.delivered, checker.STATE_SHIPPED),
                               (load.delivered, set(), checker.STATE_DELIVERED)):
        assert len(moved) > ORDERS // 40 and {after.orders[order_id].state for order_id in moved - then} == {final}
    assert load.paid & load.cancelled, "some were paid and then cancelled"
    assert {error for *_, error in after.notifications} == {"", "unwanted"}


def unship(taken):
    order = next(order for order in taken.orders.values() if order.state == checker.STATE_SHIPPED)
    order.state, order.version = checker.STATE_PAID, order.version - 1


REMOVALS = {
    "an order": lambda taken: taken.orders.pop(next(iter(taken.orders))),
    "a line": lambda taken: next(order for order in taken.orders.values() if order.lines).lines.pop(),
    "a record": lambda taken: taken.events.pop(),
    "a notification": lambda taken: taken.notifications.pop(),
    "a rollup of a product": lambda taken: taken.sales.popitem(),
    "a rollup of orders": lambda taken: taken.totals.popitem(),
    "the movements of a product": lambda taken: taken.movements.popitem(),
    "a payment in a rollup": lambda taken: taken.totals.update(
        {hour: sums[:6] + (sums[6] - 1,) + sums[7:] for hour, sums in list(taken.totals.items())[:1]}),
    "a shipment": unship,
    "a unit of stock": lambda taken: taken.stock.update(
        {product: (available, reserved + 1) for product, (available, reserved) in list(taken.stock.items())[:1]}),
    "a movement of stock": lambda taken: taken.movements.popitem(),
}


@pytest.mark.parametrize("what", REMOVALS)
def test_the_checker_turns_red_without(system, loaded, what):
    _, after, _ = loaded
    taken = copy.deepcopy(after)
    REMOVALS[what](taken)
    assert checker.violations(taken, channels=channels(system)) != []


@pytest.mark.parametrize("table, where", [
    ("orders.orders", "id = (SELECT min(id::text)::uuid FROM orders.orders)"),
    ("orders.lines", "order_id = (SELECT min(order_id::text)::uuid FROM orders.lines) AND line = 1"),
    ("notifications.notifications", "id = (SELECT min(id::text)::uuid FROM notifications.notifications)"),
    ("catalog.movements", "order_id = (SELECT min(order_id::text)::uuid FROM catalog.movements)"),
    ("analytics.sales", "(bucket, product_id) = (SELECT bucket, product_id FROM analytics.sales LIMIT 1)"),
])
def test_the_checker_turns_red_when_a_row_is_deleted(system, loaded, table, where):
    _, after, _ = loaded
    with psycopg.connect(system.endpoints["postgres"]) as connection:
        assert connection.execute(f"DELETE FROM {table} WHERE {where}").rowcount >= 1
        taken = checker.load_database(connection)
        connection.rollback()
    taken.events = after.events
    assert checker.violations(taken, channels=channels(system)) != []
