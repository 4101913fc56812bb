"""The notifier between a real queue, a real database, a real mail server and a real web server."""

import json
import threading
import time
import urllib.request

import grpc
import pika
import psycopg
import pytest

from events import event, uuid7
from world import eventually

EMAIL, WEBHOOK, LOG = 1, 2, 3
PENDING, SENT, FAILED = 1, 2, 3


def test_an_order_is_mailed_logged_and_posted_once_each(world):
    url, calls = world.hook(lambda *_: (204, {}))
    notifier = world.start(channels="email,webhook,log", webhook_url=url)
    order = world.order("ada@example.com")
    body = event(order)
    world.publish(body, body)  # the relay repeats itself after a crash
    eventually(lambda: world.rows(order), [(channel, SENT, 1, "") for channel in (EMAIL, WEBHOOK, LOG)])
    eventually(world.queue_depth, 0)

    (mail,) = world.mails(order)
    assert mail["to"] == ["ada@example.com"] and order in mail["subject"]
    assert "2 x Café 0 (SKU-0000): 7.00 EUR" in mail["text"] and "Total: 7.00 EUR" in mail["text"]
    event_id = json.loads(body)["id"]
    assert mail["message_id"].strip("<>").startswith(event_id)
    ((headers, posted),) = calls
    assert posted == body and headers["X-Ordermesh-Event-Id"] == event_id
    assert headers["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    (line,) = notifier.logged("order_notification")
    assert line["order_id"] == order
    assert notifier.metric("ordermesh_notifier_deduped_total") == 3
    assert notifier.metric("ordermesh_notifier_sent_total", channel="email") == 1
    assert "ada@example.com" not in notifier.log()


def test_the_mails_of_an_order_go_in_the_order_of_its_versions(world):
    world.start()
    order = world.order("kim.defer+2@example.com")  # the first is put off twice
    world.publish(event(order, 1))
    eventually(lambda: world.rows(order), lambda rows: rows and rows[0][2] >= 1)
    world.publish(event(order, 2), key="ordermesh.order.cancelled.v1")
    eventually(lambda: [row[1] for row in world.rows(order)], [SENT, SENT])
    subjects = [mail["subject"] for mail in world.mails(order)]
    assert [subject.endswith("is cancelled") for subject in subjects] == [False, True]


def test_a_later_version_that_comes_first_waits_for_the_earlier(world):
    world.start()
    order = world.order()
    world.publish(event(order, 2))
    eventually(lambda: world.rows(order), [(EMAIL, PENDING, 0, "")])
    world.publish(event(order, 1))
    eventually(lambda: [row[1] for row in world.rows(order)], [SENT, SENT])
    assert [mail["subject"].endswith("is cancelled") for mail in world.mails(order)] == [False, True]


def test_a_recipient_that_is_refused_for_good_is_given_up_and_can_be_sent_again(world):
    notifier = world.start()
    order = world.order("refuse@example.com")
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(EMAIL, FAILED, 1, "smtp_550")])
    assert notifier.metric("ordermesh_notifier_failed_total", channel="email") == 1

    request = notifier.messages.ListNotificationsRequest(order_id=order, state=FAILED)
    (failed,) = notifier.rpc.ListNotifications(request).notifications
    assert (failed.channel, failed.attempts, failed.last_error) == (EMAIL, 1, "smtp_550")
    world.sql("UPDATE orders.orders SET contact_email = 'ada@example.com' WHERE id = %s", order)
    again = notifier.rpc.ResendNotification(notifier.messages.ResendNotificationRequest(id=failed.id))
    assert (again.state, again.attempts) == (PENDING, 0)
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 1, "smtp_550")])
    assert len(world.mails(order)) == 1


def test_a_recipient_that_is_deferred_gets_the_mail_later(world):
    notifier = world.start()
    order = world.order(f"bob{uuid7()[-6:]}.defer@example.com")
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 3, "smtp_451")])
    assert len(world.mails(order)) == 1
    assert notifier.metric("ordermesh_notifier_retried_total", channel="email") == 2


def test_attempts_run_out(world):
    world.start(max_attempts=3)
    order = world.order(f"eve{uuid7()[-6:]}.defer+50@example.com")
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(EMAIL, FAILED, 3, "smtp_451")])


def test_an_order_that_has_no_contact_is_given_up(world):
    world.start()
    order = uuid7()
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(EMAIL, FAILED, 1, "no_contact")])


def test_mails_wait_while_the_mail_server_is_gone(world):
    notifier = world.start(max_attempts=1000)
    order = world.order()
    world.stack.command("kill", "mail")
    try:
        world.publish(event(order))
        eventually(lambda: world.rows(order), lambda rows: rows and rows[0][2:] >= (2, "smtp_connection"))
        assert notifier.readyz()[0] == 200  # The mail server is no part of readiness, but of the metrics.
        assert notifier.metric("ordermesh_notifier_channel_reachable", channel="email") == 0
    finally:
        world.stack.command("start", "mail")
    eventually(lambda: world.rows(order)[0][1], SENT)
    assert len(world.mails(order)) == 1
    assert notifier.metric("ordermesh_notifier_channel_reachable", channel="email") == 1


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


def test_one_malformed_message_among_a_hundred_is_isolated_listed_and_redriven(world):
    notifier = world.start(channels="log")
    good = [event(uuid7()) for _ in range(99)]
    poison = b'{"specversion":"1.0","id":"nonsense"'
    world.publish(*good[:50], poison, *good[50:])
    eventually(world.counts, {SENT: 99})
    listed = eventually(lambda: notifier.rpc.ListDeadLetters(notifier.messages.ListDeadLettersRequest()).dead_letters,
                        lambda letters: len(letters) == 1)
    (letter,) = listed
    assert (letter.reason, letter.routing_key) == ("malformed", "ordermesh.order.accepted.v1")
    assert letter.body_bytes == len(poison) and not letter.HasField("redrive_time")
    assert notifier.metric("ordermesh_notifier_dead_letters_total") == 1
    assert world.queue_depth() == 0

    # Put back as it was, it fails again and comes back as another letter.
    request = notifier.messages.RedriveDeadLettersRequest(ids=[letter.id])
    assert notifier.rpc.RedriveDeadLetters(request).redriven_count == 1
    listed = eventually(lambda: notifier.rpc.ListDeadLetters(notifier.messages.ListDeadLettersRequest()).dead_letters,
                        lambda letters: len(letters) == 2)
    assert [one.HasField("redrive_time") for one in listed] == [False, True]
    assert listed[0].routing_key == "ordermesh.order.accepted.v1"
    assert world.sql("SELECT count(*) FROM notifications.dead_letters WHERE body = %s", poison) == [(2,)]


def test_an_event_that_the_database_refuses_is_retried_alone_until_its_limit_and_redriven_when_it_is_mended(world):
    notifier = world.start(channels="log")
    poisoned = uuid7()
    world.sql(f"ALTER TABLE notifications.notifications ADD CONSTRAINT poison CHECK (order_id <> '{poisoned}')")
    try:
        good = [event(uuid7()) for _ in range(99)]
        world.publish(*good[:40], event(poisoned), *good[40:])
        eventually(world.counts, {SENT: 99})
        (letter,) = eventually(
            lambda: notifier.rpc.ListDeadLetters(notifier.messages.ListDeadLettersRequest()).dead_letters,
            lambda letters: len(letters) == 1)
        assert letter.reason == "delivery_limit"
        assert notifier.metric("ordermesh_notifier_events_requeued_total") == 11  # the first, and 10 more
    finally:
        world.sql("ALTER TABLE notifications.notifications DROP CONSTRAINT poison")
    notifier.rpc.RedriveDeadLetters(notifier.messages.RedriveDeadLettersRequest(ids=[letter.id]))
    eventually(world.counts, {SENT: 100})


def test_an_event_of_a_type_that_a_later_release_knows_waits_for_it(world):
    notifier = world.start(channels="log")
    world.publish(event(uuid7(), kind="paid"), key="ordermesh.order.paid.v1")
    (letter,) = eventually(lambda: notifier.rpc.ListDeadLetters(notifier.messages.ListDeadLettersRequest()).dead_letters,
                           lambda letters: len(letters) == 1)
    assert (letter.reason, letter.routing_key) == ("unknown_type", "ordermesh.order.paid.v1")


def test_what_was_sent_and_not_marked_is_sent_again_as_the_same_mail(world):
    """Killed between the mail server's acceptance and the mark."""
    first = world.start()
    order = world.order()
    with psycopg.connect(world.environment["DATABASE_URL"]) as blocker:
        # The mark cannot be written while somebody holds the row: it is held as soon as it is there.
        world.stack.command("pause", "mail")
        world.publish(event(order))
        eventually(lambda: world.rows(order), [(EMAIL, PENDING, 1, "")])
        blocker.execute("SELECT 1 FROM notifications.notifications WHERE order_id = %s FOR UPDATE", [order])
        world.stack.command("resume", "mail")
        eventually(lambda: len(world.mails(order)), 1)
        assert first.metric("ordermesh_notifier_sent_total", channel="email") == 1
        first.kill()
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'notifier%'"
        eventually(lambda: world.sql(sessions)[0][0], 0)  # A mark that waits for the row dies with its session.
    world.start()
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 2, "")], timeout=60)
    mails = world.mails(order)
    assert len(mails) == 2 and mails[0]["message_id"] == mails[1]["message_id"]


def test_killed_right_after_a_send_it_repeats_that_one_only(world):
    first = world.start({"ORDERMESH_FAILPOINTS": "notifier_after_send=crash@3"}, ready=False, email_workers=1)
    orders = [world.order() for _ in range(6)]
    for order in orders:
        world.publish(event(order))
    assert first.process.wait(timeout=30) == -9
    world.start()
    eventually(world.counts, {SENT: 6}, timeout=60)
    mails = {order: world.mails(order) for order in orders}
    assert sorted(len(sent) for sent in mails.values()) == [1, 1, 1, 1, 1, 2]
    for sent in mails.values():
        assert len({mail["message_id"] for mail in sent}) == 1


def test_events_survive_a_killed_notifier_and_are_entered_once(world):
    orders = [uuid7() for _ in range(2000)]
    bodies = [event(order) for order in orders]
    victim = world.start(channels="log")
    publisher = threading.Thread(target=world.publish, args=bodies)
    publisher.start()
    eventually(lambda: sum(world.counts().values()), lambda count: count > 100)
    victim.kill()
    publisher.join()
    world.start(channels="log")
    eventually(world.counts, {SENT: 2000}, timeout=60)
    assert world.sql("SELECT count(DISTINCT event_id) FROM notifications.notifications") == [(2000,)]


def test_two_notifiers_share_the_work_and_each_event_is_sent_once(world):
    one, two = world.start(channels="log"), world.start(channels="log")
    world.publish(*(event(uuid7()) for _ in range(1000)))
    eventually(world.counts, {SENT: 1000})
    lines = [len(notifier.logged("order_notification")) for notifier in (one, two)]
    assert sum(lines) == 1000 and min(lines) > 0


def test_readiness_names_what_is_missing(world):
    notifier = world.start(channels="log")
    world.stack.command("kill", "rabbitmq")
    try:
        eventually(lambda: notifier.readyz(), lambda ready: ready[0] == 503 and "rabbitmq" in ready[1], timeout=5)
    finally:
        world.stack.command("start", "rabbitmq")
    eventually(lambda: notifier.readyz()[0], 200)
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
    eventually(lambda: notifier.readyz()[0], 200)
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
    eventually(lambda: notifier.readyz()[0], 200)


def test_sigterm_ends_what_is_being_sent_and_gives_back_the_rest(world):
    release = threading.Event()

    def answer(*_):
        release.wait(0.5)
        return 200, {}

    url, calls = world.hook(answer)
    notifier = world.start(channels="webhook", webhook_url=url, webhook_workers=1)
    world.publish(*(event(uuid7()) for _ in range(5)))
    eventually(lambda: len(calls), lambda count: count >= 1)
    assert notifier.stop() == 0
    begun = len(calls)
    counts = world.counts()
    assert counts.get(SENT, 0) == begun  # Whatever was begun was ended and marked.
    assert world.sql("SELECT count(*) FROM notifications.notifications WHERE state = 1 AND (leased_until IS NOT NULL"
                     " OR next_attempt_at > now())") == [(0,)]
    release.set()
    world.start(channels="webhook", webhook_url=url)
    eventually(world.counts, {SENT: 5})
    assert len(calls) == 5


def test_pages_of_notifications_and_what_is_refused(world):
    notifier = world.start(channels="log")
    world.publish(*(event(uuid7()) for _ in range(45)))
    eventually(world.counts, {SENT: 45})
    messages, rpc = notifier.messages, notifier.rpc
    for state in (0, SENT):
        seen, token = [], ""
        while True:
            page = rpc.ListNotifications(messages.ListNotificationsRequest(state=state, page_size=20, page_token=token))
            seen += [one.id for one in page.notifications]
            token = page.next_page_token
            if not token:
                break
        assert len(seen) == len(set(seen)) == 45
    first = rpc.ListNotifications(messages.ListNotificationsRequest())
    assert len(first.notifications) == 20
    times = [one.create_time.ToMicroseconds() for one in first.notifications]
    assert times == sorted(times, reverse=True)
    assert not rpc.ListNotifications(messages.ListNotificationsRequest(state=PENDING)).notifications

    def code(method, request):
        with pytest.raises(grpc.RpcError) as refused:
            method(request)
        return refused.value.code()

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    assert code(rpc.ListNotifications, messages.ListNotificationsRequest(order_id="nonsense")) == invalid
    assert code(rpc.ListNotifications, messages.ListNotificationsRequest(page_size=-1)) == invalid
    other = messages.ListNotificationsRequest(state=SENT, page_token=first.next_page_token)
    assert code(rpc.ListNotifications, other) == invalid
    assert code(rpc.ResendNotification, messages.ResendNotificationRequest(id="x")) == invalid
    assert code(rpc.ResendNotification, messages.ResendNotificationRequest(id=uuid7())) == grpc.StatusCode.NOT_FOUND
    assert code(rpc.RedriveDeadLetters, messages.RedriveDeadLettersRequest()) == invalid
    assert code(rpc.RedriveDeadLetters, messages.RedriveDeadLettersRequest(ids=[uuid7()])) == grpc.StatusCode.NOT_FOUND


def test_a_notification_that_is_being_sent_is_not_sent_again(world):
    release = threading.Event()

    def answer(*_):
        release.wait(0.8)
        return 200, {}

    url, calls = world.hook(answer)
    notifier = world.start(channels="webhook", webhook_url=url)
    order = uuid7()
    world.publish(event(order))
    eventually(lambda: len(calls), 1)
    messages = notifier.messages
    (sending,) = notifier.rpc.ListNotifications(messages.ListNotificationsRequest(state=PENDING)).notifications
    assert not sending.HasField("next_attempt_time")
    with pytest.raises(grpc.RpcError) as refused:
        notifier.rpc.ResendNotification(messages.ResendNotificationRequest(id=sending.id))
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    release.set()
    eventually(world.counts, {SENT: 1})
    assert len(calls) == 1


def test_bad_configuration_is_one_clear_line(world):
    for flags, what in [({"channels": "pigeon"}, "pigeon"), ({"channels": "webhook"}, "webhook_url"),
                        ({"lease_ms": 1000}, "lease_ms"), ({"mail_from": "nobody"}, "mail_from"),
                        ({"smtp_tls": "maybe"}, "smtp_tls")]:
        with pytest.raises(AssertionError) as failed:
            world.start(ready=False, **flags)
        assert what in str(failed.value)
        assert world._running == [] or world._running[-1].process.poll() is not None
