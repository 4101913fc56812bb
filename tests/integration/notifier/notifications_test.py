"""NotificationService's pages and refusals."""

import grpc
import pytest

from events import event, uuid7
from world import PENDING, SENT, eventually


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


@pytest.mark.parametrize("row", [
    ("ListNotifications", "notifications", "INSERT INTO notifications.notifications (id, event_id, event_type, order_id,"
     " order_version, channel, recipient, state, last_error, payload) SELECT gen_random_uuid(), gen_random_uuid(), 't',"
     " gen_random_uuid(), 1, 3, 'log', 3, repeat('x', 100000), '' FROM generate_series(1, 100)"),
    ("ListDeadLetters", "dead_letters", "INSERT INTO notifications.dead_letters (id, message_id, routing_key, reason, body)"
     " SELECT gen_random_uuid(), n, '', repeat('x', 100000), '' FROM generate_series(1, 100) n"),
], ids=lambda row: row[0])  # fmt: skip
def test_pages_end_where_their_bytes_end(world, row):
    method, field, insert = row
    world.sql(insert)
    notifier = world.start(channels="log")
    ids, token = [], ""
    while True:
        page = getattr(notifier.rpc, method)(
            getattr(notifier.messages, f"{method}Request")(page_size=100, page_token=token))
        assert page.ByteSize() <= 1024 * 1024 + 1000  # and the token
        ids += [one.id for one in getattr(page, field)]
        token = page.next_page_token
        if not token:
            break
        assert len(getattr(page, field)) == 10
    assert len(ids) == len(set(ids)) == 100


def test_a_notification_that_is_being_sent_is_not_sent_again(world):
    url, calls, release = world.held_hook(0.8)
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
