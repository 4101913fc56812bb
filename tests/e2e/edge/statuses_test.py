"""Each refusal of the edge's own that docs/errors.md lists is provoked, and is as the page says."""

import http.client
import re
import socket
import tempfile
import threading
from pathlib import Path

import pytest
from google.rpc import code_pb2

from client import Answer, Edge, assert_problem
from ordermesh import paths
from running import RunningEnvoy


def listed() -> dict[str, tuple[int, int]]:
    """HTTP status and gRPC code of each reason under "Refused by the edge", and of what it shares with the services."""
    page = (paths.REPOSITORY / "docs" / "errors.md").read_text()
    section = page.split("\nRefused by the edge", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (\d+) \|", section, re.M)
    shared = re.search(r"The edge also answers (.*?), which mean the same there", section, re.S)[1]
    for reason in re.findall(r"`(\w+)`", shared):
        rows += re.findall(rf"^\| `({reason})` \| (\w+) \| (\d+) \|", page, re.M)
    return {reason: (int(status), code_pb2.Code.Value(code)) for reason, code, status in rows}


def spoken(port: int, said: bytes) -> Answer:
    """What is answered to these bytes, and no more, until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(said)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def unreadable() -> socket.socket:
    """Takes connections, and answers what is no HTTP/2."""
    server = socket.create_server(("127.0.0.1", 0))

    def babble() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            connection.recv(1024)
            connection.sendall(b"what?\r\n\r\n")
            connection.close()

    threading.Thread(target=babble, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def impatient(shared_backend):
    """An edge that waits half a second for a request, so that the test needs no longer."""
    with tempfile.TemporaryDirectory() as folder:
        running = RunningEnvoy(shared_backend.port, Path(folder), changes={"request_timeout: 30s": "request_timeout: 0.5s"})
        yield running
        running.stop()


def behind(port: int) -> Answer:
    """What is answered for servers on this port."""
    with tempfile.TemporaryDirectory() as folder:
        running = RunningEnvoy(port, Path(folder))
        try:
            return Edge("127.0.0.1", running.port).request("GET", "/v1/orders/x")
        finally:
            running.stop()


def behind_babble() -> Answer:
    server = unreadable()
    try:
        return behind(server.getsockname()[1])
    finally:
        server.close()


UNKNOWN_BODY = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n"
HALF = b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
TEXT = {"content-type": "text/plain"}
LARGE = b'{"note":"' + b"x" * 1048576 + b'"}'
PROVOKED = {
    "UNKNOWN_PATH": lambda edge, impatient: edge.request("GET", "/v1/nothing"),
    "METHOD_NOT_ALLOWED": lambda edge, impatient: edge.request("DELETE", "/v1/orders"),
    "REQUEST_TIMEOUT": lambda edge, impatient: spoken(impatient, HALF),
    "BODY_TOO_LARGE": lambda edge, impatient: edge.request("POST", "/v1/orders", LARGE),
    "UNSUPPORTED_MEDIA_TYPE": lambda edge, impatient: edge.request("POST", "/v1/orders", b"x", TEXT),
    "HEADERS_TOO_LARGE": lambda edge, impatient: edge.request("GET", "/v1/orders", headers={"x-big": "a" * 40000}),
    "TRANSFER_ENCODING_UNKNOWN": lambda edge, impatient: spoken(edge.port, UNKNOWN_BODY),
    "BAD_GATEWAY": lambda edge, impatient: behind_babble(),
    "SERVICE_UNREACHABLE": lambda edge, impatient: behind(1),
    "UNKNOWN_QUERY_PARAMETER": lambda edge, impatient: edge.request("GET", "/v1/orders?foo=1"),
    "INVALID_VALUE": lambda edge, impatient: edge.request("GET", "/v1/orders?pageSize=x"),
    "MALFORMED_JSON": lambda edge, impatient: edge.request("POST", "/v1/orders", b"{"),
    "MALFORMED_URL": lambda edge, impatient: edge.request("GET", "/v1/orders/%ff"),
    "MALFORMED_REQUEST": lambda edge, impatient: edge.request("GET", "/v1/orders", headers={"bad_name": "x"}),
    # The answer is larger than the edge takes.
    "INTERNAL": lambda edge, impatient: edge.request("GET", "/v1/orders/too-large"),
    "DEADLINE_EXCEEDED": lambda edge, impatient: edge.request("GET", "/v1/orders/slow", headers={"grpc-timeout": "200m"}),
}


def test_each_reason_of_the_page_is_provoked():
    assert listed().keys() == PROVOKED.keys()


@pytest.mark.parametrize("reason", PROVOKED)
@pytest.mark.parametrize("face", ["port", "operators_port"])
def test_a_refusal_is_as_the_page_says(running_envoy, impatient, backend, face, reason):
    over = threading.Event()

    def answer(_name, request):
        if request.get("id") == "slow":
            over.wait(20)
        return {"id": "x" * 17 * 1048576 if request.get("id") == "too-large" else "x"}

    backend.answer = answer
    status, code = listed()[reason]
    try:
        refused = PROVOKED[reason](Edge("127.0.0.1", getattr(running_envoy, face)), getattr(impatient, face))
        violations = 1 if reason in ("UNKNOWN_QUERY_PARAMETER", "INVALID_VALUE") else 0
        assert assert_problem(refused, status, reason, broken=violations)["code"] == code
    finally:
        over.set()
