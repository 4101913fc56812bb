"""Resends of many notifications at once."""

import grpc
import psycopg
import pytest
from google.protobuf import timestamp_pb2

from events import uuid7
from world import FAILED, SENT, eventually, reason_of

FAIL = """INSERT INTO notifications.notifications (id, event_id, event_type, order_id, order_version, channel, recipient,
  state, attempt, claim, last_error, payload, created_at)
  SELECT gen_random_uuid(), gen_random_uuid(), 'ordermesh.order.accepted.v1', gen_random_uuid(), 1, 3, 'log', 3, 1, 1, %s, '',
  now() - interval '1 hour' + n * interval '1 ms' FROM generate_series(1, %s) n"""


def test_a_resend_goes_on_after_a_kill_and_sends_each_once(world):
    world.sql(FAIL, "smtp_451", 1000)
    world.sql(FAIL, "smtp_550", 10)
    notifier = world.start(channels="log")
    messages = notifier.messages
    request = messages.StartResendRequest(request_id="r-1", error_contains="smtp_4")
    # Somebody holds one in the middle, so that it stands still there.
    url = world.environment["DATABASE_URL"]
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM notifications.notifications WHERE id = (SELECT id FROM notifications.notifications"
                       " WHERE last_error = 'smtp_451' ORDER BY created_at, id OFFSET 500 LIMIT 1) FOR UPDATE")
        started = notifier.rpc.StartResend(request)
        ask = messages.GetResendRequest(id=started.id)
        halfway = eventually(lambda: notifier.rpc.GetResend(ask), lambda resend: resend.scheduled_count > 0)
        assert halfway.matched_count == 1000 and halfway.scheduled_count < 1000 and not halfway.HasField("done_time")
        notifier.kill()

    notifier = world.start(channels="log")
    assert notifier.rpc.StartResend(request).id == started.id
    done = eventually(lambda: notifier.rpc.GetResend(ask), lambda resend: resend.HasField("done_time"))
    assert done.matched_count == done.scheduled_count == 1000
    eventually(world.counts, {SENT: 1000, FAILED: 10})
    assert world.sql("SELECT count(*) FROM notifications.notifications WHERE state = 2 AND resent_at IS NULL") == [(0,)]


def test_what_is_refused_of_a_resend(world):
    notifier = world.start(channels="log")
    messages, rpc = notifier.messages, notifier.rpc

    def refusal(method, request):
        with pytest.raises(grpc.RpcError) as refused:
            method(request)
        return refused.value.code(), reason_of(refused.value)

    invalid = grpc.StatusCode.INVALID_ARGUMENT
    start = messages.StartResendRequest
    assert refusal(rpc.StartResend, start()) == (invalid, "REQUEST_ID_MALFORMED")
    assert refusal(rpc.StartResend, start(request_id="a b")) == (invalid, "REQUEST_ID_MALFORMED")
    assert refusal(rpc.StartResend, start(request_id="r", error_contains="x" * 65)) == (invalid, "FILTER_MALFORMED")
    assert refusal(rpc.StartResend, start(request_id="r", error_contains="\0")) == (invalid, "FILTER_MALFORMED")
    time = timestamp_pb2.Timestamp(seconds=7)
    assert refusal(rpc.StartResend, start(request_id="r", failed_from=time, failed_before=time)) == (invalid, "FILTER_MALFORMED")
    request_id = uuid7()
    resend = rpc.StartResend(start(request_id=request_id, failed_from=time))
    assert rpc.StartResend(start(request_id=request_id, failed_from=time)).id == resend.id
    assert refusal(rpc.StartResend, start(request_id=request_id)) == (invalid, "IDEMPOTENCY_KEY_REUSED")
    assert refusal(rpc.GetResend, messages.GetResendRequest(id="x")) == (invalid, "ID_MALFORMED")
    assert refusal(rpc.GetResend, messages.GetResendRequest(id=uuid7())) == (grpc.StatusCode.NOT_FOUND, "RESEND_NOT_FOUND")
