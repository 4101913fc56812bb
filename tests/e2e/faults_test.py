"""Faults, one after the other, in a running system: what the client sees, what is stored, what comes after."""

import random
import threading
import uuid

import grpc
import pytest

from agreement import agree
from load import Load
from ordermesh import service_table
from system import eventually

SKUS = [f"SKU-{number:04}" for number in range(700, 760)]
SERVICES = service_table.NAMES


@pytest.fixture(autouse=True)
def recovered(system):
    """Every test begins and ends with a system in which everything agrees."""
    yield
    for service in SERVICES:
        eventually(lambda: '"failing":[]' in system.ops(service, "/readyz")[1], within=30, what=f"{service}'s readiness")
    agree(system)


BROKERS = ["rabbitmq", "kafka"]
CREATE_READY = 'ordermesh_group_ready{group="ordermesh.orders.v1.OrderService/CreateOrder"}'
COMPLETED = 'ordermesh_grpc_server_completed_total{{code="{}",method="CreateOrder"}}'


def of_sink(name, sink):
    return f'{name}{{sink="{sink}"}}'


def of_email(name):
    return f'ordermesh_notifier_{name}{{channel="email"}}'


class Moved:
    """What has been counted by a service, by the names of its metrics, since this was made."""

    def __init__(self, system, service):
        self._system, self._service, self._before = system, service, system.metrics(service)

    def __call__(self, *names):
        now = self._system.metrics(self._service)
        assert all(name in now for name in names), f"{self._service} has not all of {names}"
        return tuple(now[name] - self._before.get(name, 0) for name in names)

    def eventually(self, expected, *names):
        """Waits until they have moved by `expected` in all."""
        eventually(lambda: self(*names), lambda moved: moved == expected, what=f"{expected} of {names}")


def order_over_grpc(system, key=None, **more):
    return system.orders.CreateOrder(system.order_request(("SKU-0700", 1), request_id=key or str(uuid.uuid4())),
                                     timeout=5, **more)


def test_with_validation_down_nothing_is_accepted_but_repeats_are_answered(system):
    key = str(uuid.uuid4())
    first = order_over_grpc(system, key)
    before = system.sql("SELECT count(*) FROM orders.orders")
    gateway = Moved(system, "gateway")
    with system.without("validation"):
        eventually(lambda: system.metrics("gateway")[CREATE_READY] == 0, what="a gateway that takes no orders")
        with pytest.raises(grpc.RpcError) as refused:
            order_over_grpc(system)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        status, headers, problem = system.http("POST", "/v1/orders", {
            "customerId": "CUST-0001", "lines": [{"sku": "SKU-0700", "quantity": 1}]})
        assert (status, headers["content-type"]) == (503, "application/problem+json")
        assert any(detail["@type"].endswith("RetryInfo") for detail in problem["details"]) and headers["retry-after"]
        assert system.sql("SELECT count(*) FROM orders.orders") == before
        assert order_over_grpc(system, key).id == first.id
        gateway.eventually((2, 1, 1, 0), COMPLETED.format("UNAVAILABLE"), COMPLETED.format("OK"),
                           "ordermesh_intake_repeats_total", "ordermesh_orders_accepted_total")
    eventually(lambda: system.metrics("gateway")[CREATE_READY] == 1, within=30, what="a gateway that takes orders")
    assert order_over_grpc(system).id
    gateway.eventually((2, 1), COMPLETED.format("OK"), "ordermesh_orders_accepted_total")


@pytest.mark.parametrize("down", [["rabbitmq"], ["kafka"], ["rabbitmq", "kafka"]], ids="-".join)
def test_orders_are_accepted_without_the_brokers_and_delivered_later(system, down):
    relay = Moved(system, "relay")
    failures = [of_sink("ordermesh_relay_failures_total", sink) for sink in BROKERS]
    confirmed = [of_sink("ordermesh_relay_confirmed_total", sink) for sink in BROKERS]
    with system.without(*down):
        accepted = [order_over_grpc(system).id for _ in range(20)]
        # What waits and what fails is told by the sink that is away, and by no other.
        waiting = {sink: 20 if sink in down else 0 for sink in BROKERS}
        eventually(lambda: {sink: system.metrics("relay")[of_sink("ordermesh_outbox_depth", sink)] for sink in BROKERS},
                   lambda depths: depths == waiting, within=30, what=f"the depths {waiting}")
        eventually(lambda: [count > 0 for count in relay(*failures)],
                   lambda failed: failed == [sink in down for sink in BROKERS], within=30, what="the failures")
        assert list(relay(*confirmed)) == [0 if sink in down else 20 for sink in BROKERS]
        if down == ["rabbitmq"]:
            eventually(lambda: len(system.kafka_events(accepted[-1])) == 1, what="Kafka without RabbitMQ")
        if down == ["kafka"]:
            eventually(lambda: system.mails(accepted[-1]), what="the e-mail without Kafka")
    agree(system, accepted)
    eventually(lambda: [system.metrics("relay")[of_sink("ordermesh_outbox_depth", sink)] for sink in BROKERS],
               lambda depths: depths == [0, 0], what="an empty outbox")
    # At least once: what a broker took and could not confirm any more is published again.
    assert all(count >= 20 for count in relay(*confirmed))


def test_a_stopped_mail_server_delays_mails_and_loses_none(system):
    notifier = Moved(system, "notifier")
    with system.without("mail"):
        order = system.place(("SKU-0701", 1))
        ((state, attempts, error),) = eventually(
            lambda: system.sql("SELECT state, attempt, last_error FROM notifications.notifications WHERE order_id = %s",
                               order["id"]), lambda rows: rows and rows[0][2], what="a failed connection")
        assert (state, attempts, error) == (1, 0, "smtp_connection"), "who was not reached has refused nothing"
        assert system.metrics("notifier")[of_email("channel_reachable")] == 0
        assert system.metrics("notifier")[of_email("breaker_state")] > 0
        assert notifier(*map(of_email, ("sent_total", "failed_total", "retried_total"))) == (0, 0, 0)
        assert notifier(of_email("unreached_total"))[0] >= 1
    eventually(lambda: system.mails(order["id"]), within=60, what="the e-mail")
    notifier.eventually((1, 0), of_email("sent_total"), of_email("failed_total"))
    assert system.metrics("notifier")[of_email("channel_reachable")] == 1
    assert system.metrics("notifier")[of_email("breaker_state")] == 0


def test_recipients_that_the_mail_server_refuses_and_defers(system):
    notifier = Moved(system, "notifier")
    refused = system.place(("SKU-0702", 1), contact={"email": "refuse@example.com"})
    deferred = system.place(("SKU-0702", 1), contact={"email": "defer@example.com"})

    def row(order):
        return system.sql("SELECT state, attempt, last_error FROM notifications.notifications WHERE order_id = %s", order["id"])

    ((state, attempts, error),) = eventually(lambda: row(refused), lambda rows: rows and rows[0][0] == 3, what="FAILED")
    assert attempts == 1 and "550" in error
    ((state, attempts, _),) = eventually(lambda: row(deferred), lambda rows: rows and rows[0][0] == 2, within=60, what="SENT")
    assert attempts > 1 and system.mails(deferred["id"])
    notifier.eventually((1, 1, attempts - 1), *map(of_email, ("failed_total", "sent_total", "retried_total")))
    assert system.metrics("notifier")[of_email("channel_reachable")] == 1, "a refusal is an answer"

    # An operator mends the address and sends it again.
    system.change("UPDATE orders.orders SET contact_email = 'mended@example.com' WHERE id = %s", refused["id"])
    messages = system.protos.notifications
    (failed,) = system.notifications.ListNotifications(
        messages.ListNotificationsRequest(order_id=refused["id"]), timeout=5).notifications
    assert failed.state == messages.NOTIFICATION_STATE_FAILED
    system.notifications.ResendNotification(messages.ResendNotificationRequest(id=failed.id), timeout=5)
    (mail,) = eventually(lambda: system.mails(refused["id"]), what="the e-mail to the mended address")
    assert mail["to"] == ["mended@example.com"]
    notifier.eventually((1, 2), of_email("failed_total"), of_email("sent_total"))


KILLS = [*SERVICES, "postgres", "rabbitmq", "kafka"]


def test_kill_9_of_everything_under_load_loses_and_doubles_nothing(system):
    load = Load(system, 4000, SKUS, threads=16, seed=7, cancel=0.1, pay=0.2)
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
    # And the metrics say that all is well again.
    for service in SERVICES:
        eventually(lambda: system.metrics(service)["ordermesh_ready"] == 1, what=f"{service}'s readiness as a metric")
    for sink in [*BROKERS, "catalog.kafka"]:
        eventually(lambda: [system.metrics("relay")[of_sink(name, sink)] for name in (
            "ordermesh_relay_active", "ordermesh_relay_blocked", "ordermesh_outbox_depth", "ordermesh_relay_buried_total")],
            lambda seen: seen == [1, 0, 0, 0], what=f"a relay that feeds {sink}")
    assert system.metrics("notifier")["ordermesh_notifier_dead_letters_total"] == 0
    assert sum(value for name, value in system.metrics("analytics").items()
               if name.startswith(("ordermesh_analytics_lost_records", "ordermesh_analytics_dead_letters_total"))) == 0
