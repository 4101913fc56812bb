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
