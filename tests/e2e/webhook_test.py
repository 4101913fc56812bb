"""A webhook that hangs, and one that fails and recovers: customers and e-mails don't notice, and its calls come again."""

import threading
import time

import pytest

from agreement import agree
from hook import Hook
from system import eventually, running

EMAIL, WEBHOOK = 1, 2
PENDING, SENT = 1, 2
ATTEMPT_S = 2


@pytest.fixture(scope="module")
def hook():
    hook = Hook()
    yield hook
    hook.close()


@pytest.fixture(scope="module")
def system(hook):
    settings = {"channels": "email,webhook", "webhook_url": hook.url, "attempt_timeout_ms": ATTEMPT_S * 1000,
                "lease_ms": 6000, "retry_initial_ms": 200, "retry_max_ms": 1000}
    with running(*(argument for name, value in settings.items() for argument in ("--set", f"notifier.{name}={value}"))) as system:
        system.endpoints["channels"] = ["email", "webhook"]
        yield system


def ledger(system, order):
    """{channel: (state, attempts, last error)} of the order's notifications."""
    return {channel: tuple(row) for channel, *row in system.sql(
        "SELECT channel, state, attempt, last_error FROM notifications.notifications WHERE order_id = %s", order)}


def counted(system):
    """What the notifier has counted of its webhook."""
    metrics = system.metrics("notifier")
    return {what: metrics[f'ordermesh_notifier_{what}{{channel="webhook"}}']
            for what in ("sent_total", "failed_total", "retried_total", "unreached_total", "channel_reachable")}


def test_a_webhook_that_hangs_holds_nobody_up_and_is_called_again(system, hook):
    before, release = counted(system), threading.Event()

    def hang(number, headers, body):
        release.wait(60)
        return 200, {}

    hook.answer = hang
    try:
        placed = []
        for _ in range(8):  # more than there are workers for webhooks
            began = time.monotonic()
            placed.append(system.place(("SKU-0800", 1)))
            assert placed[-1]["state"] == "ORDER_STATE_ACCEPTED"
            assert time.monotonic() - began < ATTEMPT_S, "a customer does not wait for a webhook"
        orders = [order["id"] for order in placed]
        for order in orders:
            eventually(lambda: system.mails(order), within=20, what="the e-mail")
            assert ledger(system, order)[WEBHOOK][0] == PENDING
        eventually(lambda: hook.calls_about(orders[0]), what="a call")
        state, attempts, error = eventually(
            lambda: ledger(system, orders[0])[WEBHOOK], lambda row: row[2] == "webhook_timeout", what="the timeout")
        assert state == PENDING and attempts <= 1, "nobody answered: the one under way may count, none before it"
        stuck = eventually(lambda: counted(system), lambda now: now["unreached_total"] > before["unreached_total"],
                           what="the metric")
        assert stuck["channel_reachable"] == 0 and stuck["sent_total"] == before["sent_total"]
        assert system.ready("notifier"), "what does not answer is the customer's, not ours"
    finally:
        release.set()
    for order in orders:
        eventually(lambda: ledger(system, order)[WEBHOOK][0], lambda state: state == SENT, within=30, what="SENT")
        assert ledger(system, order)[EMAIL] == (SENT, 1, "")
        calls = hook.calls_about(order)
        assert len({headers["X-Ordermesh-Event-Id"] for headers, _ in calls}) == 1 and len({body for _, body in calls}) == 1
    assert ledger(system, orders[0])[WEBHOOK][1] == 1 and len(hook.calls_about(orders[0])) >= 2
    after = eventually(lambda: counted(system), lambda now: now["sent_total"] - before["sent_total"] >= len(orders),
                       what="the metric")
    assert after["sent_total"] - before["sent_total"] == len(orders)
    assert (after["failed_total"], after["channel_reachable"]) == (before["failed_total"], 1)
    agree(system, orders)


def test_a_webhook_that_answers_500_and_then_200_is_called_twice(system, hook):
    before, seen = counted(system), set()

    def fail_once(number, headers, body):
        first = headers["X-Ordermesh-Order-Id"] not in seen
        seen.add(headers["X-Ordermesh-Order-Id"])
        return (500 if first else 200), {}

    hook.answer = fail_once
    order = system.place(("SKU-0801", 1))
    assert order["state"] == "ORDER_STATE_ACCEPTED"
    row = eventually(lambda: ledger(system, order["id"]).get(WEBHOOK), lambda row: row and row[0] == SENT, what="SENT")
    assert row == (SENT, 2, "webhook_500")
    (first, first_body), (second, second_body) = hook.calls_about(order["id"])
    assert first["X-Ordermesh-Event-Id"] == second["X-Ordermesh-Event-Id"] and first_body == second_body

    # What an operator sees of it.
    status, _, listed = system.http("GET", f"/v1/notifications?orderId={order['id']}", face="operators")
    assert status == 200
    (shown,) = [each for each in listed["notifications"] if each["channel"] == "CHANNEL_WEBHOOK"]
    assert (shown["state"], shown["attempts"], shown["lastError"]) == ("NOTIFICATION_STATE_SENT", 2, "webhook_500")
    after = eventually(lambda: counted(system), lambda now: now["sent_total"] > before["sent_total"], what="the metric")
    assert {what: after[what] - before[what] for what in ("sent_total", "retried_total", "failed_total")} == {
        "sent_total": 1, "retried_total": 1, "failed_total": 0}
    agree(system, [order["id"]])
