"""What suppliers write to catalog.feed is in the catalogue once, whatever is killed meanwhile."""

import json
import random

import confluent_kafka

from system import eventually

_PRODUCTS, _ROUNDS = 40, 5


def _event(number, kind, data):
    return json.dumps({"specversion": "1.0", "id": str(number), "source": "/suppliers/test", "type": f"ordermesh.feed.{kind}.v1", "data": data})


def _product(sku, name):
    return {"sku": sku, "name": name, "price": {"currency_code": "EUR", "units": "10"}, "category": "Feed"}


def _records(seed):
    """(key, value) of every record, in order, and what the catalogue has to say in the end."""
    chance = random.Random(seed)
    records, names, counts, customers = [], {}, {}, {}

    def add(key, kind, data):
        records.append((key, _event(len(records), kind, data)))

    for round in range(_ROUNDS):
        for number in range(_PRODUCTS):
            sku, customer = f"FEED-{number:03}", f"FEED-CUST-{number:03}"
            names[sku] = f"Hat {chance.randrange(3)} of round {round}"
            add(sku, "product", _product(sku, names[sku]))
            counts[sku] = chance.randrange(1, 50)
            add(sku, "stock_count", {"sku": sku, "available": counts[sku]})
            customers[customer] = f"Ada {round}"
            add(customer, "customer", {"id": customer, "name": customers[customer], "email": f"{customer.lower()}@example.com"})
    return records, names, counts, customers


def _send(system, records):
    producer = confluent_kafka.Producer({"bootstrap.servers": system.endpoints["kafka"], "acks": "all"})
    for key, value in records:
        producer.produce("catalog.feed", value, key)
    assert producer.flush(60) == 0


def _lag(system):
    lags = [lag for lag in system.analytics.ListConsumerLags(system.protos.analytics.ListConsumerLagsRequest()).lags
            if lag.topic == "catalog.feed"]
    assert len(lags) == 3
    return sum(lag.lag for lag in lags)


def test_what_was_sent_is_in_the_catalogue_although_its_consumer_is_killed(system):
    records, names, counts, customers = _records(seed=7)
    for start in range(0, len(records), 120):
        _send(system, records[start:start + 120])
        with system.without("catalog"):
            pass
    eventually(lambda: _lag(system), lambda lag: lag == 0, within=60, what="a feed that is applied")

    rows = system.sql("SELECT p.sku, p.name, s.available, s.reserved FROM catalog.products p JOIN catalog.stock s ON s.product_id = p.id "
                      "WHERE p.category = 'Feed'")
    assert {sku: name for sku, name, _, _ in rows} == names
    assert {sku: available for sku, _, available, _ in rows} == counts
    assert {reserved for _, _, _, reserved in rows} == {0}
    assert dict(system.sql("SELECT id, name FROM catalog.customers WHERE id LIKE 'FEED-CUST-%%'")) == customers
    # Each version has its event, once.
    assert system.sql("SELECT count(*) FROM catalog.products p WHERE category = 'Feed' AND version <> (SELECT count(*) FROM catalog.outbox o "
                      "WHERE o.aggregate_id = p.id::text AND o.type = 'ordermesh.catalog.product_changed.v1')") == [(0,)]
    assert system.sql("SELECT count(*) FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id AND p.category = 'Feed' WHERE available "
                      "<> (SELECT sum(available_delta) FROM catalog.movements m WHERE m.product_id = s.product_id)") == [(0,)]


def test_what_came_by_the_feed_can_be_ordered(system):
    _send(system, [("FEED-ORDER", _event(1, "product", _product("FEED-ORDER", "Hat"))),
                   ("FEED-ORDER", _event(2, "stock_count", {"sku": "FEED-ORDER", "available": 2})),
                   ("FEED-CUST-ORDER", _event(3, "customer", {"id": "FEED-CUST-ORDER", "name": "Ada", "email": "ada@example.com"}))])
    order = {"customerId": "FEED-CUST-ORDER", "lines": [{"sku": "FEED-ORDER", "quantity": 2}]}
    eventually(lambda: system.http("POST", "/v1/orders", order)[0], lambda status: status == 200,
               what="an order of what the feed brought")
    assert system.stock("FEED-ORDER") == (0, 2)


def test_what_cannot_be_applied_is_a_dead_letter_with_every_reason(system):
    bad = [("FEED-BAD", _event(1, "product", {"name": "", "price": {"currency_code": "XYZ", "units": 1}})),
           ("FEED-BAD", _event(2, "stock_count", {"sku": "FEED-NONE", "available": 1})),
           ("FEED-BAD", "no JSON"),
           ("FEED-BAD", _event(4, "product", _product("FEED-GOOD", "Hat")))]
    _send(system, bad)
    eventually(lambda: system.sql("SELECT count(*) FROM catalog.products WHERE sku = 'FEED-GOOD'") == [(1,)],
               what="the record behind those that are bad")
    letters = eventually(lambda: system.kafka_messages("FEED-BAD", "catalog.feed.dlt"), lambda letters: len(letters) == 3,
                         what="three dead letters")
    reasons = {letter.value().decode(): dict(letter.headers())["reason"].decode() for letter in letters}
    product, count, garbage = (reasons[value] for _, value in bad[:3])
    assert all(rule in product for rule in ("sku: FIELD_REQUIRED", "name: FIELD_REQUIRED", "CURRENCY_UNKNOWN")), product
    assert "no product" in count
    assert "JSON" in garbage
