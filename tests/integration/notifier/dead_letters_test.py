"""Events that can't be entered are put aside, listed and put back."""

from events import event, uuid7
from world import SENT, eventually


def dead_letters(notifier, count):
    """All of them, the newest first, when there are so many."""
    request = notifier.messages.ListDeadLettersRequest()
    return eventually(lambda: notifier.rpc.ListDeadLetters(request).dead_letters, lambda letters: len(letters) == count)


def test_one_malformed_message_among_a_hundred_is_isolated_listed_and_redriven(world):
    notifier = world.start(channels="log")
    good = [event(uuid7()) for _ in range(99)]
    poison = b'{"specversion":"1.0","id":"nonsense"'
    world.publish(*good[:50], poison, *good[50:])
    eventually(world.counts, {SENT: 99})
    (letter,) = dead_letters(notifier, 1)
    assert (letter.reason, letter.routing_key) == ("malformed", "ordermesh.order.accepted.v1")
    assert letter.body_bytes == len(poison) and not letter.HasField("redrive_time")
    assert notifier.metric("ordermesh_notifier_dead_letters_total") == 1
    assert world.queue_depth() == 0

    # Put back as it was, it fails again and comes back as another letter.
    request = notifier.messages.RedriveDeadLettersRequest(ids=[letter.id])
    assert notifier.rpc.RedriveDeadLetters(request).redriven_count == 1
    listed = dead_letters(notifier, 2)
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
        (letter,) = dead_letters(notifier, 1)
        assert letter.reason == "delivery_limit"
        assert notifier.metric("ordermesh_notifier_events_requeued_total") == 11  # the first, and 10 more
    finally:
        world.sql("ALTER TABLE notifications.notifications DROP CONSTRAINT poison")
    notifier.rpc.RedriveDeadLetters(notifier.messages.RedriveDeadLettersRequest(ids=[letter.id]))
    eventually(world.counts, {SENT: 100})


def test_events_that_customers_are_not_told_of_are_no_dead_letters(world):
    notifier = world.start(channels="log")
    world.publish(event(uuid7(), kind="returned"), key="ordermesh.order.returned.v1")
    eventually(lambda: notifier.metric("ordermesh_notifier_events_ignored_total"), 1)
    eventually(world.queue_depth, 0)
    assert world.queue_depth("notifications.dlq") == 0
    assert not notifier.rpc.ListDeadLetters(notifier.messages.ListDeadLettersRequest()).dead_letters
