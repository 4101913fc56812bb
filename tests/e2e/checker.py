"""Compares what the system says of itself: orders in SQL, events on Kafka, the notification ledger, the rollups, the stock and
its history.

Shares no code with the services: it reads the tables and the topic and folds them by itself. `load` takes a snapshot,
`violations` says what does not agree; an empty list means that everything does.
"""

import collections
import dataclasses
import datetime

import confluent_kafka
import psycopg

ACCEPTED = "ordermesh.order.accepted.v1"
PAID = "ordermesh.order.paid.v1"
SHIPPED = "ordermesh.order.shipped.v1"
DELIVERED = "ordermesh.order.delivered.v1"
CANCELLED = "ordermesh.order.cancelled.v1"
STATE_ACCEPTED, STATE_CANCELLED, STATE_PAID, STATE_SHIPPED, STATE_DELIVERED = 1, 2, 3, 4, 5
NOTIFICATION_SENT, NOTIFICATION_FAILED = 2, 3
EMAIL = 1
UPDATES = {PAID, SHIPPED, DELIVERED}  # what a customer may want no mail about

# The kinds of sums in the rollups, in their order.
KINDS = ["", "cancelled_", "paid_", "shipped_"]
_SUMS = ", ".join(f"{kind}{what}" for kind in KINDS for what in ("orders", "units", "revenue_minor"))
_NONE = [0] * 3 * len(KINDS)


@dataclasses.dataclass
class Order:
    caller: str
    request_id: str
    state: int
    version: int
    total_minor: int
    currency: str
    hour: datetime.datetime
    wants_updates: bool  # its customer, as of now
    lines: list  # (product id, quantity, unit price in minor units)

    def moves(self):
        """The types of its events, one for each version. One that was cancelled beyond version 2 was paid first."""
        return {
            STATE_ACCEPTED: [ACCEPTED],
            STATE_CANCELLED: [ACCEPTED, CANCELLED] if self.version == 2 else [ACCEPTED, PAID, CANCELLED],
            STATE_PAID: [ACCEPTED, PAID],
            STATE_SHIPPED: [ACCEPTED, PAID, SHIPPED],
            STATE_DELIVERED: [ACCEPTED, PAID, SHIPPED, DELIVERED],
        }[self.state]


@dataclasses.dataclass
class Event:
    """A record of `orders.events`, repeats included."""

    event_id: str
    type: str
    order_id: str
    version: int
    partition: int
    offset: int
    lines: list
    hour: datetime.datetime


@dataclasses.dataclass
class Snapshot:
    orders: dict  # id → Order
    lines_without_order: int
    events: list
    notifications: list  # (order id, event type, channel, state, last error), a row each
    sales: dict  # (hour, product id) → orders, units, minor units of money, for each of KINDS
    totals: dict  # hour → the same
    stock: dict  # product id → (available, reserved)
    movements: dict  # product id → the same, as the sum of its movements but the reservations
    outbox_dead: int


def load(database_url, kafka_brokers, order_event_class):
    """A snapshot of a system at rest. `order_event_class` is the generated ordermesh.events.v1.OrderEvent."""
    with psycopg.connect(database_url) as connection:
        return dataclasses.replace(load_database(connection), events=load_events(kafka_brokers, order_event_class))


def load_database(connection):
    """The part of a snapshot that is in the database, as the connection's transaction sees it."""
    orders = {}
    rows = connection.execute(
        "SELECT o.id::text, caller, request_id, state, o.version, total_minor, currency,"
        " date_trunc('hour', o.created_at, 'UTC'), coalesce(order_updates AND deleted_at IS NULL, false)"
        " FROM orders.orders AS o LEFT JOIN catalog.customers AS c ON c.id = customer_id")
    for order_id, *rest in rows:
        orders[order_id] = Order(*rest, lines=[])
    orphans = 0
    for order_id, product, quantity, price in connection.execute(
            "SELECT order_id::text, product_id::text, quantity, unit_price_minor FROM orders.lines ORDER BY order_id, line"):
        if order_id in orders:
            orders[order_id].lines.append((product, quantity, price))
        else:
            orphans += 1
    return Snapshot(
        orders=orders,
        lines_without_order=orphans,
        events=[],
        notifications=connection.execute(
            "SELECT order_id::text, event_type, channel, state, last_error FROM notifications.notifications").fetchall(),
        sales={(hour, product): tuple(row) for hour, product, *row in connection.execute(
            f"SELECT bucket, product_id::text, {_SUMS} FROM analytics.sales")},
        totals={hour: tuple(row) for hour, *row in connection.execute(
            f"SELECT bucket, {_SUMS} FROM analytics.order_totals")},
        stock={product: tuple(row) for product, *row in connection.execute(
            "SELECT product_id::text, available, reserved FROM catalog.stock")},
        movements={product: tuple(row) for product, *row in connection.execute(
            "SELECT product_id::text, sum(available_delta)::bigint, sum(reserved_delta)::bigint FROM catalog.movements GROUP BY 1")},
        outbox_dead=connection.execute(
            "SELECT (SELECT count(*) FROM orders.outbox_dead) + (SELECT count(*) FROM catalog.outbox_dead)").fetchone()[0])


def load_events(brokers, order_event_class, topic="orders.events"):
    """Every record of the topic, from offset 0 of each partition to where it ended when the call began."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": brokers, "group.id": "checker", "enable.auto.commit": False})
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        ends = {}
        for number in partitions:
            ends[number] = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, number), timeout=10)[1]
        consumer.assign([confluent_kafka.TopicPartition(topic, number, 0) for number in partitions])
        events, left = [], {number: end for number, end in ends.items() if end > 0}
        while left:
            message = consumer.poll(10)
            if message is None:
                raise TimeoutError(f"{topic}: nothing came within 10 s; still to read: {left}")
            if message.error():
                raise RuntimeError(message.error())
            if message.partition() not in left:
                continue
            events.append(decode(message, order_event_class))
            if message.offset() + 1 >= left[message.partition()]:
                del left[message.partition()]
        return events
    finally:
        consumer.close()


def decode(message, order_event_class):
    headers = {name: value.decode() for name, value in message.headers()}
    event = order_event_class.FromString(message.value())
    assert message.key().decode() == event.order_id, "the key is the order's id"
    accepted = event.accept_time.ToDatetime(tzinfo=datetime.timezone.utc)
    return Event(
        headers["ce_id"], headers["ce_type"], event.order_id, event.order_version, message.partition(), message.offset(),
        [(line.product_id, line.quantity, line.unit_price.units * 100 + line.unit_price.nanos // 10_000_000)
         for line in event.lines],
        accepted.replace(minute=0, second=0, microsecond=0))


def violations(snapshot, acknowledged=(), channels=1, stock_at_start=None):
    """What does not agree. `acknowledged`: ids of orders that a client was told are accepted; `channels`: notifications for
    each event; `stock_at_start`: what a product had, by its id, for the conservation of stock."""
    return [
        *_acknowledged(snapshot, acknowledged),
        *_one_order_for_a_request(snapshot),
        *_versions(snapshot),
        *_events_for_orders(snapshot),
        *_versions_rise(snapshot),
        *_notifications(snapshot, channels),
        *_rollups(snapshot),
        *_stock(snapshot, stock_at_start),
        *_movements(snapshot),
        *([f"{snapshot.outbox_dead} events were buried"] if snapshot.outbox_dead else []),
        *([f"{snapshot.lines_without_order} lines without an order"] if snapshot.lines_without_order else []),
    ]


def _acknowledged(snapshot, acknowledged):
    for order_id in acknowledged:
        if order_id not in snapshot.orders:
            yield f"order {order_id} was acknowledged and is not stored"


def _one_order_for_a_request(snapshot):
    counted = collections.Counter((order.caller, order.request_id) for order in snapshot.orders.values())
    for request, count in counted.items():
        if count > 1:
            yield f"{count} orders for request {request}"


def _expected_events(snapshot):
    for order_id, order in snapshot.orders.items():
        for type_ in order.moves():
            yield order_id, type_


def _deduplicated(events):
    return list({event.event_id: event for event in events}.values())


def _versions(snapshot):
    for order_id, order in snapshot.orders.items():
        if order.version != len(order.moves()):
            yield f"order {order_id} is in state {order.state} at version {order.version}"


def _events_for_orders(snapshot):
    expected = collections.Counter(_expected_events(snapshot))
    seen = collections.Counter((event.order_id, event.type) for event in _deduplicated(snapshot.events))
    for key, count in (expected - seen).items():
        yield f"Kafka misses {count} of {key}"
    for key, count in (seen - expected).items():
        yield f"Kafka has {count} too many of {key}"
    for event in _deduplicated(snapshot.events):
        order = snapshot.orders.get(event.order_id)
        if order and sorted(order.lines) != sorted(event.lines):
            yield f"the lines of event {event.event_id} are not those of order {event.order_id}"


def _versions_rise(snapshot):
    highest, first_seen = collections.defaultdict(int), set()
    for event in sorted(snapshot.events, key=lambda event: (event.partition, event.offset)):
        if event.event_id in first_seen:
            continue  # a repeat
        first_seen.add(event.event_id)
        if event.version <= highest[event.order_id]:
            yield f"order {event.order_id}: version {event.version} after {highest[event.order_id]}"
        highest[event.order_id] = event.version


def _notifications(snapshot, channels):
    expected = collections.Counter({key: channels for key in _expected_events(snapshot)})
    seen = collections.Counter((order_id, type_) for order_id, type_, *_ in snapshot.notifications)
    for key, count in (expected - seen).items():
        yield f"the ledger misses {count} of {key}"
    for key, count in (seen - expected).items():
        yield f"the ledger has {count} too many of {key}"
    for order_id, type_, channel, state, error in snapshot.notifications:
        order = snapshot.orders.get(order_id)
        unwanted = channel == EMAIL and type_ in UPDATES and order and not order.wants_updates
        if state != NOTIFICATION_SENT and not (unwanted and (state, error) == (NOTIFICATION_FAILED, "unwanted")):
            yield f"the notification of {order_id} about {type_} is in state {state}"


def _fold(orders):
    """Sales and totals by orders in SQL: two dicts, as in Snapshot."""
    first_sum = {ACCEPTED: 0, CANCELLED: 3, PAID: 6, SHIPPED: 9}
    sales, totals = collections.defaultdict(_NONE.copy), collections.defaultdict(_NONE.copy)
    for order in orders.values():
        for kind in [first_sum[type_] for type_ in order.moves() if type_ in first_sum]:
            total = totals[order.hour]
            total[kind] += 1
            for product, quantity, price in order.lines:
                row = sales[order.hour, product]
                row[kind] += 1
                for sums in (row, total):
                    sums[kind + 1] += quantity
                    sums[kind + 2] += quantity * price
    return sales, totals


def _rollups(snapshot):
    for name, expected, actual in zip(("sales", "totals"), _fold(snapshot.orders), (snapshot.sales, snapshot.totals)):
        for key in expected.keys() | actual.keys():
            if tuple(expected.get(key, _NONE)) != tuple(actual.get(key, _NONE)):
                yield f"{name} of {key}: {actual.get(key)}, by orders {expected.get(key)}"


def _stock(snapshot, stock_at_start):
    reserved, gone = collections.Counter(), collections.Counter()
    for order in snapshot.orders.values():
        held_in = reserved if order.state in (STATE_ACCEPTED, STATE_PAID) else gone
        if order.state != STATE_CANCELLED:
            for product, quantity, _ in order.lines:
                held_in[product] += quantity
    for product, (available, held) in snapshot.stock.items():
        if available < 0 or held != reserved[product]:
            yield f"stock of {product}: {available} available, {held} reserved, by orders {reserved[product]}"
        if stock_at_start is not None and available + held + gone[product] != stock_at_start[product]:
            yield f"stock of {product}: {available + held} in all, {gone[product]} shipped, at first {stock_at_start[product]}"


def _movements(snapshot):
    taken = collections.Counter()  # by reservations: the lines of all orders, whatever became of them
    for order in snapshot.orders.values():
        for product, quantity, _ in order.lines:
            taken[product] += quantity
    for product, stock in snapshot.stock.items():
        available, reserved = snapshot.movements.get(product, (0, 0))
        if (available - taken[product], reserved + taken[product]) != stock:
            yield f"movements of {product}: {available} and {reserved}, {taken[product]} by reservations, but its stock is {stock}"
