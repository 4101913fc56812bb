"""Mails between a real queue, a real database and a real mail server."""

import json

import grpc
import pytest

from events import event, uuid7
from world import EMAIL, FAILED, LOG, PENDING, SENT, WEBHOOK, eventually, reason_of


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


KINDS = ["accepted", "paid", "shipped", "delivered"]


def publish_as_the_relay_does(world, order, *kinds):
    """An event of each kind, one version behind the other, with the routing key of its type."""
    bodies = [event(order, version, kind) for version, kind in enumerate(kinds, 1)]
    for kind, body in zip(kinds, bodies):
        world.publish(body, key=f"ordermesh.order.{kind}.v1")
    return bodies


def test_each_step_of_an_order_is_mailed_logged_and_posted(world):
    url, calls = world.hook(lambda *_: (204, {}))
    notifier = world.start(channels="email,webhook,log", webhook_url=url)
    order = world.order(updates=True)
    bodies = publish_as_the_relay_does(world, order, *KINDS)
    eventually(lambda: world.rows(order), [(channel, SENT, 1, "") for _ in KINDS for channel in (EMAIL, WEBHOOK, LOG)])

    mails = world.mails(order)
    assert [mail["subject"] for mail in mails] == [
        f"Your order {order}", f"We have your payment for order {order}", f"Your order {order} is on its way",
        f"Your order {order} has been delivered"]  # fmt: skip
    assert all("2 x Café 0 (SKU-0000): 7.00 EUR" in mail["text"] for mail in mails)
    assert [body for _, body in calls] == bodies
    assert [line["type"] for line in notifier.logged("order_notification")] == [f"ordermesh.order.{kind}.v1" for kind in KINDS]


@pytest.mark.parametrize("reason, says", [
    ("CANCEL_REASON_PAYMENT_EXPIRED", "because no payment arrived in time"), ("CANCEL_REASON_REQUESTED", "was cancelled. Nothing"),
])  # fmt: skip
def test_a_cancellation_says_whether_it_was_for_want_of_payment(world, reason, says):
    world.start()
    order = world.order()
    world.publish(event(order))
    world.publish(event(order, 2, cancelReason=reason), key="ordermesh.order.cancelled.v1")
    eventually(lambda: [row[1] for row in world.rows(order)], [SENT, SENT])
    assert says in world.mails(order)[1]["text"]


@pytest.mark.parametrize("customer", ["wants none", "is deleted", "is unknown"])
def test_who_wants_no_updates_gets_none_and_that_is_told(world, customer):
    notifier = world.start(channels="email,log")
    order = world.order(updates=None if customer == "is unknown" else customer == "is deleted")
    if customer == "is deleted":
        world.sql("UPDATE catalog.customers SET deleted_at = now() WHERE id = %s", order)
    publish_as_the_relay_does(world, order, "accepted", "paid", "cancelled")
    eventually(lambda: [row for row in world.rows(order) if row[0] == EMAIL],
               [(EMAIL, SENT, 1, ""), (EMAIL, FAILED, 1, "unwanted"), (EMAIL, SENT, 1, "")])
    eventually(lambda: [row for row in world.rows(order) if row[0] == LOG], [(LOG, SENT, 1, "")] * 3)
    assert [mail["subject"] for mail in world.mails(order)] == [f"Your order {order}", f"Your order {order} is cancelled"]

    assert notifier.metric("ordermesh_notifier_unwanted_total", channel="email") == 1
    assert notifier.metric("ordermesh_notifier_failed_total", channel="email") == 0
    assert not notifier.logged("notification_failed"), "nobody has to see to it"
    messages = notifier.messages
    request = messages.ListNotificationsRequest(order_id=order, state=FAILED)
    (told,) = notifier.rpc.ListNotifications(request).notifications
    assert (told.event_type, told.last_error, told.attempts) == ("ordermesh.order.paid.v1", "unwanted", 1)


def test_what_a_customer_wants_is_read_when_the_mail_is_sent(world):
    notifier = world.start()
    order = world.order(updates=False)
    publish_as_the_relay_does(world, order, "accepted", "paid")
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 1, ""), (EMAIL, FAILED, 1, "unwanted")])
    world.sql("UPDATE catalog.customers SET order_updates = true WHERE id = %s", order)
    world.publish(event(order, 3, "shipped"))
    eventually(lambda: world.rows(order)[2:], [(EMAIL, SENT, 1, "")])
    messages = notifier.messages
    request = messages.ListNotificationsRequest(order_id=order, state=FAILED)
    (unwanted,) = notifier.rpc.ListNotifications(request).notifications
    notifier.rpc.ResendNotification(messages.ResendNotificationRequest(id=unwanted.id))
    eventually(lambda: [row[1] for row in world.rows(order)], [SENT, SENT, SENT])
    assert sorted(mail["subject"] for mail in world.mails(order)) == [
        f"We have your payment for order {order}", f"Your order {order}", f"Your order {order} is on its way"]  # fmt: skip


def test_a_customer_whose_data_was_erased_is_not_mailed_and_not_tried_again(world):
    notifier = world.start(channels="email,log")
    order, other = world.order(updates=True), world.order()
    world.sql("UPDATE orders.orders SET contact_email = '' WHERE id = %s", order)
    world.sql("UPDATE catalog.customers SET email = '', name = '', deleted_at = now() WHERE id = %s", order)
    publish_as_the_relay_does(world, order, "accepted", "paid", "cancelled")
    eventually(lambda: [row for row in world.rows(order) if row[0] == EMAIL], [
        (EMAIL, FAILED, 1, "no_contact"), (EMAIL, FAILED, 1, "unwanted"), (EMAIL, FAILED, 1, "no_contact")])  # fmt: skip
    assert world.sql("SELECT count(*) FROM notifications.notifications WHERE channel = 1 AND next_attempt_at IS NOT NULL") == [(0,)]
    assert world.mails(order) == []
    world.publish(event(other))
    eventually(lambda: [row[1] for row in world.rows(other)], [SENT, SENT])
    assert notifier.metric("ordermesh_notifier_retried_total", channel="email") == 0


def test_addresses_beyond_ascii_are_mailed_by_a_server_that_offers_it(world):
    world.start()
    domain, both = world.order("ada@bücher.example"), world.order("jürgen@bücher.example")
    for order in (domain, both):
        world.publish(event(order))
        eventually(lambda: world.rows(order), [(EMAIL, SENT, 1, "")])
    assert world.mails(domain)[0]["to"] == ["ada@xn--bcher-kva.example"]
    assert world.mails(both)[0]["to"] == ["jürgen@xn--bcher-kva.example"]


def test_where_it_is_not_offered_a_name_beyond_ascii_fails_with_a_reason_of_its_own_and_a_domain_does_not(world):
    world.start(smtp_url=world.ascii_mail_server())
    name, domain = world.order("jürgen@example.com"), world.order("ada@bücher.example")
    for order in (name, domain):
        world.publish(event(order))
    eventually(lambda: world.rows(name), [(EMAIL, FAILED, 1, "smtp_no_utf8")])
    eventually(lambda: world.rows(domain), [(EMAIL, SENT, 1, "")])


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


def test_what_was_sent_is_sent_once_more_only_when_that_is_asked_for(world):
    notifier = world.start()
    order = world.order()
    world.publish(event(order))
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 1, "")])
    messages = notifier.messages
    (sent,) = notifier.rpc.ListNotifications(messages.ListNotificationsRequest(order_id=order)).notifications
    with pytest.raises(grpc.RpcError) as refused:
        notifier.rpc.ResendNotification(messages.ResendNotificationRequest(id=sent.id))
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert reason_of(refused.value) == "NOTIFICATION_SENT"
    assert world.rows(order) == [(EMAIL, SENT, 1, "")]

    again = notifier.rpc.ResendNotification(messages.ResendNotificationRequest(id=sent.id, even_if_sent=True))
    assert (again.state, again.attempts) == (PENDING, 0)
    eventually(lambda: len(world.mails(order)), 2)


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
    notifier = world.start(max_attempts=1, probe_initial_ms=50, probe_max_ms=200)
    orders = [world.order() for _ in range(30)]
    order = orders[0]
    world.stack.command("kill", "mail")
    try:
        world.publish(*(event(one) for one in orders))
        # Many more sends than there may be attempts, and none of them was one.
        eventually(lambda: notifier.metric("ordermesh_notifier_unreached_total", channel="email"), lambda n: n >= 10)
        eventually(lambda: {row[1:3] for one in orders for row in world.rows(one)}, lambda seen: seen <= {(PENDING, 0), (PENDING, 1)})
        assert world.counts() == {PENDING: 30}
        assert notifier.metric("ordermesh_notifier_breaker_state", channel="email") > 0
        assert notifier.readyz()[0] == 200  # The mail server is no part of readiness, but of the metrics.
        assert notifier.metric("ordermesh_notifier_channel_reachable", channel="email") == 0
    finally:
        world.stack.command("start", "mail")
    eventually(world.counts, {SENT: 30})
    assert [len(world.mails(one)) for one in orders] == [1] * 30
    assert {world.rows(one)[0][2] for one in orders} == {1}
    assert notifier.metric("ordermesh_notifier_channel_reachable", channel="email") == 1
    assert notifier.metric("ordermesh_notifier_breaker_state", channel="email") == 0


def test_mails_are_given_up_when_the_mail_server_stays_away_and_wait_as_long_again_when_resent(world):
    notifier = world.start(longest_wait_s=1, probe_initial_ms=50, probe_max_ms=100)
    order = world.order()
    world.stack.command("kill", "mail")
    try:
        world.publish(event(order))
        eventually(lambda: world.rows(order), [(EMAIL, FAILED, 0, "unreachable")])
    finally:
        world.stack.command("start", "mail")
    messages = notifier.messages
    (failed,) = notifier.rpc.ListNotifications(messages.ListNotificationsRequest(order_id=order)).notifications
    notifier.rpc.ResendNotification(messages.ResendNotificationRequest(id=failed.id))
    eventually(lambda: world.rows(order), [(EMAIL, SENT, 1, "unreachable")])
