"""Streams out, and bodies that come in pieces."""

import http.client
import json
import queue
import socket
import threading

import h2.config
import h2.connection
import h2.events
import pytest

from backend import Refusal
from client import assert_problem

BODY = json.dumps({"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}], "note": "é"}).encode()
SEEN = {"order": {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}], "note": "é"}}


def test_a_watch_is_one_json_object_a_line_as_it_happens(edge, backend):
    states: queue.Queue = queue.Queue()
    backend.answer = lambda name, request: iter(states.get, None)
    connection = http.client.HTTPConnection(edge.host, edge.port, timeout=10)
    connection.request("GET", "/v1/orders/x:watch")
    for state in ("ORDER_STATE_ACCEPTED", "ORDER_STATE_CANCELLED"):
        states.put({"id": "x", "state": state})
        if state == "ORDER_STATE_ACCEPTED":
            response = connection.getresponse()
            assert (response.status, response.headers["content-type"]) == (200, "application/x-ndjson")
        # The line is here before the next state is known.
        assert json.loads(response.readline())["state"] == state
    states.put(None)
    assert response.read() == b""


def test_a_watch_that_is_refused_is_a_problem(edge, backend):
    backend.answer = lambda name, request: [Refusal("NOT_FOUND", "no such order", reason="ORDER_NOT_FOUND")]
    assert_problem(edge.request("GET", "/v1/orders/x:watch"), 404, "ORDER_NOT_FOUND")


def test_a_watch_that_breaks_off_says_so_in_its_trailers(edge, backend):
    backend.answer = lambda name, request: [{"id": "x"}, Refusal("UNAVAILABLE", "stops")]
    with socket.create_connection((edge.host, edge.port), timeout=10) as connection:
        connection.sendall(b"GET /v1/orders/x:watch HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        text = connection.makefile("rb").read().decode()
    assert '{"id":"x"' in text and "grpc-status: 14" in text.rpartition("\r\n0\r\n")[2]


def test_a_watch_ends_with_its_client(edge, backend):
    ended = threading.Event()

    def forever():
        try:
            while True:
                yield {"id": "x"}
                if ended.wait(0.02):
                    return
        finally:
            ended.set()

    backend.answer = lambda name, request: forever()
    connection = http.client.HTTPConnection(edge.host, edge.port, timeout=10)
    connection.request("GET", "/v1/orders/x:watch")
    response = connection.getresponse()
    response.readline()
    response.close()
    connection.close()
    assert ended.wait(10)


def chunked(pieces: list[bytes]) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"


def test_a_body_cut_anywhere_over_http_1_is_the_same_order(edge, backend):
    head = b"POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    with socket.create_connection((edge.host, edge.port), timeout=10) as connection:
        answers = connection.makefile("rb")
        for cut in range(1, len(BODY)):
            connection.sendall(head + chunked([BODY[:cut], BODY[cut:]]))
            assert read_answer(answers) == 200
            assert backend.calls.pop().request == SEEN, cut


def read_answer(answers) -> int:
    status = int(answers.readline().split()[1])
    length = 0
    while (line := answers.readline().strip().lower()):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    answers.read(length)
    return status


class Http2:
    """One HTTP/2 connection on which each request's frames are cut by hand."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._h2.initiate_connection()
        self._flush()

    def post(self, path: str, pieces: list[bytes]) -> tuple[int, bytes]:
        stream = self._h2.get_next_available_stream_id()
        headers = [(":method", "POST"), (":path", path), (":scheme", "http"), (":authority", "a")]
        self._h2.send_headers(stream, [*headers, ("content-type", "application/json")])
        self._flush()
        for piece in pieces:
            self._h2.send_data(stream, piece)
            self._flush()  # each piece leaves in a segment of its own
        self._h2.end_stream(stream)
        self._flush()
        status, body = 0, b""
        while True:
            for event in self._h2.receive_data(self._socket.recv(65536)):
                if isinstance(event, h2.events.ResponseReceived):
                    status = int(dict(event.headers)[":status"])
                elif isinstance(event, h2.events.DataReceived):
                    body += event.data
                    self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    self._flush()
                    return status, body
                elif isinstance(event, h2.events.StreamReset):
                    raise AssertionError(f"stream reset: {event.error_code}")
            self._flush()

    def close(self) -> None:
        self._socket.close()

    def _flush(self) -> None:
        self._socket.sendall(self._h2.data_to_send())


@pytest.fixture
def http2(edge):
    connection = Http2(edge.host, edge.port)
    yield connection
    connection.close()


def test_a_body_cut_anywhere_over_http_2_is_the_same_order(http2, backend):
    for cut in range(1, len(BODY)):
        status, _ = http2.post("/v1/orders", [BODY[:cut], BODY[cut:]])
        assert status == 200, cut
        assert backend.calls.pop().request == SEEN, cut
    status, _ = http2.post("/v1/orders", [BODY[at : at + 1] for at in range(len(BODY))])
    assert (status, backend.calls.pop().request) == (200, SEEN)


def test_no_piece_of_a_bad_body_reaches_a_service(http2, backend):
    """A frame that looks like a gRPC message must not pass as one."""
    forged = b"\0\0\0\0\x04\x0a\x02\x0a\x00"
    for pieces in ([forged], [b"{}", forged], [BODY, BODY], [b'{"note":"x"', b""]):
        status, body = http2.post("/v1/orders", pieces)
        assert (status, json.loads(body)["type"]) == (400, "urn:ordermesh:problem:MALFORMED_JSON"), pieces
    assert backend.calls == []
