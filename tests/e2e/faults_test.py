"""Faults, one after the other, in a running system: what the client sees, what is stored, what comes after."""

import random
import threading
import uuid

import grpc
import pytest

from agreement import agree
from load import Load
from system import eventually

SKUS = [f"SKU-{number:04}" for number in range(700, 760)]
SERVICES = ["gateway", "validation", "relay", "notifier", "analytics"]


@pytest.fixture(autouse=True)
def recovered(system):
    """Every test begins and ends with a system in which everything agrees."""
    yield
    for service in SERVICES:
        eventually(lambda: system.ready(service), within=30, what=f"{service}'s readiness")
    agree(system)


def order_over_grpc(system, key=None, **more):
    return system.orders.CreateOrder(system.order_request(("SKU-0700", 1), request_id=key or str(uuid.uuid4())),
                                     timeout=5, **more)


def test_with_validation_down_nothing_is_accepted_but_repeats_are_answered(system):
    key = str(uuid.uuid4())
    first = order_over_grpc(system, key)
    before = system.sql("SELECT count(*) FROM orders.orders")
    with system.without("validation"):
        with pytest.raises(grpc.RpcError) as refused:
            order_over_grpc(system)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        status, headers, problem = system.http("POST", "/v1/orders", {
            "customerId": "CUST-0001", "lines": [{"sku": "SKU-0700", "quantity": 1}]})
        assert (status, headers["content-type"]) == (503, "application/problem+json")
        assert any(detail["@type"].endswith("RetryInfo") for detail in problem["details"]) and headers["retry-after"]
        assert system.sql("SELECT count(*) FROM orders.orders") == before
        assert order_over_grpc(system, key).id == first.id
    eventually(lambda: system.ready("gateway"), within=30, what="the gateway's readiness")
    assert order_over_grpc(system).id


@pytest.mark.parametrize("down", [["rabbitmq"], ["kafka"], ["rabbitmq", "kafka"]], ids="-".join)
def test_orders_are_accepted_without_the_brokers_and_delivered_later(system, down):
    with system.without(*down):
        accepted = [order_over_grpc(system).id for _ in range(20)]
        if down == ["rabbitmq"]:
            eventually(lambda: len(system.kafka_events(accepted[-1])) == 1, what="Kafka without RabbitMQ")
        if down == ["kafka"]:
            eventually(lambda: system.mails(accepted[-1]), what="the e-mail without Kafka")
    agree(system, accepted)


def test_a_stopped_mail_server_delays_mails_and_loses_none(system):
    with system.without("mail"):
        order = system.place(("SKU-0701", 1))
        pending = eventually(
            lambda: system.sql("SELECT state, attempt, last_error FROM notifications.notifications WHERE order_id = %s",
                               order["id"]), lambda rows: rows and rows[0][1] >= 1, what="a failed attempt")
        assert pending[0][0] == 1 and pending[0][2]
    eventually(lambda: system.mails(order["id"]), within=60, what="the e-mail")


def test_recipients_that_the_mail_server_refuses_and_defers(system):
    refused = system.place(("SKU-0702", 1), contact={"email": "refuse@example.com"})
    deferred = system.place(("SKU-0702", 1), contact={"email": "defer@example.com"})

    def row(order):
        return system.sql("SELECT state, attempt, last_error FROM notifications.notifications WHERE order_id = %s", order["id"])

    ((state, attempts, error),) = eventually(lambda: row(refused), lambda rows: rows and rows[0][0] == 3, what="FAILED")
    assert attempts == 1 and "550" in error
    ((state, attempts, _),) = eventually(lambda: row(deferred), lambda rows: rows and rows[0][0] == 2, within=60, what="SENT")
    assert attempts > 1 and system.mails(deferred["id"])
    # What comes next expects every notification to be sent.
    system.change("DELETE FROM notifications.notifications WHERE order_id = %s AND state = 3", refused["id"])
    system.change("INSERT INTO notifications.notifications (id, event_id, event_type, order_id, order_version, channel,"
                  " recipient, state, payload) SELECT gen_random_uuid(), gen_random_uuid(), 'ordermesh.order.accepted.v1',"
                  " %s, 1, 1, 'refused', 2, ''", refused["id"])


KILLS = ["gateway", "validation", "relay", "notifier", "analytics", "postgres", "rabbitmq", "kafka"]


def test_kill_9_of_everything_under_load_loses_and_doubles_nothing(system):
    load = Load(system, 4000, SKUS, threads=16, seed=7, cancel=0.1)
    running = load.start()
    random_ = random.Random(11)
    for server in random_.sample(KILLS, len(KILLS)):
        placed = len(load.acknowledged)
        system.command("kill", server)
        system.command("start", server)
        eventually(lambda: len(load.acknowledged) > placed or not running.is_alive(), within=60, what="orders going on")
    running.join()
    assert not load.refused and not load.unknown
    assert len(load.acknowledged) == 4000
    agree(system, load.acknowledged.values())
