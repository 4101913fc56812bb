"""What ends, killed or asked to, loses nothing and repeats as little as can be; two share the work."""

import threading

import psycopg

from events import event, uuid7
from world import EMAIL, PENDING, SENT, eventually


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
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ordermesh-notifier%'"
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


def test_sigterm_ends_what_is_being_sent_and_gives_back_the_rest(world):
    url, calls, release = world.held_hook(0.5)
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
