"""Old connections end in order: no call is broken off."""

import http.client
import json
import queue
import time

import grpc
import pytest

from running import RunningEnvoy

AGE_S = 2
# docker/envoy/envoy.yaml: drain_timeout.
DRAIN_S = 2


@pytest.fixture
def impatient(shared_backend, tmp_path):
    """An edge whose connections live for two seconds."""
    running = RunningEnvoy(shared_backend.port, tmp_path, connection_age_s=AGE_S)
    yield running
    running.stop()


def test_the_last_answer_on_an_old_connection_says_so(impatient, backend):
    backend.answer = lambda name, request: {"id": "x"}
    connection = http.client.HTTPConnection("127.0.0.1", impatient.port, timeout=10)
    began = time.monotonic()
    closing, answers = False, 0
    while not closing:
        connection.request("GET", "/v1/orders/x")
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())["id"]) == (200, "x")
        closing = response.headers.get("connection") == "close"
        answers += 1
        assert time.monotonic() - began < AGE_S + DRAIN_S + 5, f"still open after {answers} answers"
        time.sleep(0.05)  # a client's pace
    assert answers > 5


def test_watches_outlive_the_age_of_their_connections(impatient, backend):
    watches: list[queue.Queue] = []

    def watched():
        watches.append(states := queue.Queue())
        yield {"id": "x", "state": "ORDER_STATE_ACCEPTED"}
        yield from iter(states.get, None)

    backend.answer = lambda name, request: watched()
    over_http = http.client.HTTPConnection("127.0.0.1", impatient.port, timeout=30)
    over_http.request("GET", "/v1/orders/x:watch")
    lines = over_http.getresponse()
    assert json.loads(lines.readline())["state"] == "ORDER_STATE_ACCEPTED"

    method = "/ordermesh.orders.v1.OrderService/WatchOrder"
    reply = backend.contract.message(backend.contract.method(method).output_type)
    with grpc.insecure_channel(f"127.0.0.1:{impatient.port}") as channel:
        messages = channel.unary_stream(method, response_deserializer=reply.FromString)(b"", timeout=30)
        assert next(messages).id == "x"
        time.sleep(AGE_S + DRAIN_S + 1)  # what is waited for is that nothing happens
        for end in ({"id": "x", "state": "ORDER_STATE_CANCELLED"}, None):
            for states in watches:
                states.put(end)
            if end is not None:
                assert json.loads(lines.readline())["state"] == "ORDER_STATE_CANCELLED"
                assert next(messages).state == 2
        assert lines.readline() == b"" and list(messages) == []
