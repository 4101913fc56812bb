"""What is missing or wrong around it is named, and found again."""

import json
import urllib.request

import grpc
import pika
import psycopg
import pytest

from events import event, uuid7
from world import SENT, eventually


SERVICE = "ordermesh.notifications.v1.NotificationService"


def groups(notifier):
    """What its readiness says of each group of calls."""
    return json.loads(notifier.readyz()[1])["groups"]


def test_readiness_names_what_is_missing(world):
    notifier = world.start(channels="log")
    world.stack.command("kill", "rabbitmq")
    try:
        # What is there can be shown and resent; only what needs RabbitMQ is not served.
        eventually(lambda: groups(notifier), lambda found: found == {SERVICE: "ok", f"{SERVICE}/RedriveDeadLetters": "failing"}, timeout=5)
        status, text = notifier.readyz()
        assert status == 200 and '"rabbitmq":"failing"' in text
        assert notifier.rpc.ListNotifications(notifier.messages.ListNotificationsRequest()).notifications == []
    finally:
        world.stack.command("start", "rabbitmq")
    eventually(lambda: '"failing":[]' in notifier.readyz()[1])
    world.stack.command("stop", "postgres")
    try:
        eventually(lambda: notifier.readyz(), lambda ready: ready[0] == 503 and "database" in ready[1], timeout=5)
        with urllib.request.urlopen(f"http://{notifier.ops}/healthz", timeout=5) as answer:
            assert answer.status == 200
        with pytest.raises(grpc.RpcError) as refused:
            notifier.rpc.ListNotifications(notifier.messages.ListNotificationsRequest())
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
        world.publish(event(uuid7()))  # waits in the queue
    finally:
        world.stack.command("start", "postgres")
    world.db = psycopg.connect(world.environment["DATABASE_URL"], autocommit=True)
    eventually(lambda: '"failing":[]' in notifier.readyz()[1])
    eventually(world.counts, {SENT: 1})


def test_a_binding_that_was_lost_is_made_again(world):
    world.start(channels="log")
    with world.channel() as channel:
        channel.queue_unbind("notifications", "orders", "ordermesh.order.#")

        def routed():
            try:
                world.publish(event(uuid7()))
                return True
            except pika.exceptions.UnroutableError:
                return False

        eventually(routed)
    eventually(world.counts, lambda counts: counts.get(SENT, 0) >= 1)


def test_a_queue_with_other_arguments_is_named_and_left_alone(world):
    with world.channel() as channel:
        channel.queue_delete("notifications")
        channel.queue_declare("notifications", durable=True)
    try:
        notifier = world.start(channels="log", ready=False)
        eventually(lambda: notifier.readyz(), lambda ready: ready[0] == 503 and "inequivalent arg" in ready[1]
                   and "queue notifications" in ready[1])
        assert notifier.process.poll() is None
    finally:
        with world.channel() as channel:
            channel.queue_delete("notifications")
            channel.queue_declare("notifications", durable=True,
                                  arguments={"x-queue-type": "quorum", "x-dead-letter-exchange": "orders.dlx",
                                             "x-delivery-limit": 10})
            channel.queue_bind("notifications", "orders", "ordermesh.order.#")
    eventually(lambda: '"failing":[]' in notifier.readyz()[1])


@pytest.mark.parametrize("flags, named", [
    ({"channels": "pigeon"}, "pigeon"), ({"channels": "webhook"}, "webhook_url"), ({"lease_ms": 1000}, "lease_ms"),
    ({"mail_from": "nobody"}, "mail_from"), ({"smtp_tls": "maybe"}, "smtp_tls"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_bad_configuration_is_one_clear_line(world, flags, named):
    code, said = world.refused(**flags)
    assert code == 78
    (failed,) = [line for line in map(json.loads, said.splitlines()) if line["level"] == "error"]
    assert named in failed["reason"] and failed["exit_code"] == 78
