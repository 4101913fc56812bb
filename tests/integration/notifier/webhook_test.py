"""Webhooks that fail, refuse, put off and hang."""

import threading
import time

import pytest

from events import event
from world import EMAIL, FAILED, LOG, SENT, WEBHOOK, eventually


def test_a_webhook_that_fails_once_is_called_again_with_the_same_event(world):
    url, calls = world.hook(lambda number, *_: (500 if number == 1 else 200, {}))
    world.start(channels="webhook", webhook_url=url)
    order = world.order()
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(WEBHOOK, SENT, 2, "webhook_500")])
    assert calls[0][1] == calls[1][1]
    assert calls[0][0]["X-Ordermesh-Event-Id"] == calls[1][0]["X-Ordermesh-Event-Id"]


@pytest.mark.parametrize(("status", "headers"), [(410, {}), (400, {}), (302, {"location": "http://127.0.0.1:1/"})])
def test_a_webhook_that_refuses_for_good_is_called_once(world, status, headers):
    url, calls = world.hook(lambda *_: (status, headers))
    world.start(channels="webhook", webhook_url=url)
    order = world.order()
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(WEBHOOK, FAILED, 1, f"webhook_{status}")])
    assert len(calls) == 1


def test_a_webhook_that_says_when_is_not_called_before(world):
    times = []

    def answer(number, *_):
        times.append(time.monotonic())
        return (429, {"retry-after": "1"}) if number == 1 else (200, {})

    url, _ = world.hook(answer)
    world.start(channels="webhook", webhook_url=url, retry_max_ms=5000)
    order = world.order()
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(WEBHOOK, SENT, 2, "webhook_429")])
    assert times[1] - times[0] >= 1


def test_a_webhook_that_hangs_holds_up_neither_mail_nor_log(world):
    release = threading.Event()
    hanging = set()

    def answer(number, headers, _):
        if number <= 8:
            hanging.add(number)
            release.wait(30)
        return 200, {}

    url, _ = world.hook(answer)
    notifier = world.start(channels="email,webhook,log", webhook_url=url, webhook_workers=2)
    orders = [world.order() for _ in range(40)]
    world.publish(*(event(order) for order in orders))
    sent = "SELECT count(*) FROM notifications.notifications WHERE channel = %s AND state = 2"
    try:
        eventually(lambda: world.sql(sent, EMAIL)[0][0], 40, timeout=10)
        eventually(lambda: world.sql(sent, LOG)[0][0], 40, timeout=10)
        assert hanging
        eventually(lambda: [row for row in world.rows() if row[3] == "webhook_timeout"], lambda rows: rows)
        assert notifier.metric("ordermesh_notifier_due", channel="webhook") is not None
    finally:
        release.set()
    eventually(lambda: world.sql(sent, WEBHOOK)[0][0], 40)
