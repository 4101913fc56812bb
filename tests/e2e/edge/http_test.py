"""HTTP as strangers' clients speak it: HEAD, OPTIONS, HTTP/1.0, offers of other protocols, and what is spelled in a URL."""

import http.client
import json
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path

import pytest

from backend import Refusal
from cases import filled, verbs
from client import assert_problem
from worlds import ours

CLIENTS = Path(__file__).parent / "clients"
PAGES = ["/healthz", "/readyz", "/openapi.json", "/docs", "/docs/", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"]
# Refused by the edge, by the transcoder and, with these ids, by a service.
REFUSED = ["/v1/nothing", "/v1/orders?foo=1", "/v1/orders?pageSize=x", "/v1/orders/%ff", "/v1/orders/x:cancel", "/v1/orders/gone", "/v1/orders/busy",
           "/v1/orders/gone:watch"]  # fmt: skip
BY_ID = {
    "gone": Refusal("NOT_FOUND", reason="ORDER_NOT_FOUND"),
    "busy": Refusal("RESOURCE_EXHAUSTED", reason="OVERLOADED", retry_ms=3000),
}


def answer_by_id(name, request):
    if refusal := BY_ID.get(request.get("id")):
        if name == "WatchOrder":
            return [refusal]
        raise refusal
    return [{"id": "x"}] if name == "WatchOrder" else {}


def python_heads(_protocol, host, port, paths):
    connection = http.client.HTTPConnection(host, port, timeout=20)
    for path in paths:
        for method in ("HEAD", "GET"):
            connection.request(method, path)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            yield {"method": method, "path": path, "status": answer.status, "headers": headers, "bytes": len(answer.read())}
    connection.close()


def program_heads(*command):
    def ask(protocol, host, port, paths):
        told = subprocess.run([*command, protocol, host, str(port), *paths], capture_output=True, text=True, timeout=60)
        assert told.returncode == 0, told.stderr
        return [json.loads(line) for line in told.stdout.splitlines()]

    return ask


HEADS = {
    "python": (python_heads, "http1"),
    "node": (program_heads("node", CLIENTS / "heads.mjs"), "http1"),
    "node over HTTP/2": (program_heads("node", CLIENTS / "heads.mjs"), "http2"),
    "go": (program_heads("go", "run", CLIENTS / "heads.go"), "http1"),
    "go over HTTP/2": (program_heads("go", "run", CLIENTS / "heads.go"), "http2"),
}


@pytest.mark.parametrize("face", ["edge", "operators"])
@pytest.mark.parametrize("client", HEADS)
def test_head_is_get_without_the_body(request, backend, face, client):
    edge = request.getfixturevalue(face)
    backend.answer = answer_by_id
    known = verbs(ours().calls, "shop" if face == "edge" else "operators")
    paths = sorted(path for path, taken in known.items() if "HEAD" in taken) + PAGES + REFUSED
    ask, protocol = HEADS[client]
    answers = list(ask(protocol, edge.host, edge.port, paths))
    assert [answer["path"] for answer in answers] == [path for path in paths for _ in range(2)]
    # How an answer is sent; a watch's status comes behind its body.
    own = {"date", "content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "grpc-status", "grpc-message"}
    for head, get in zip(answers[::2], answers[1::2]):
        assert (head["method"], get["method"]) == ("HEAD", "GET")
        assert head["bytes"] == 0
        assert head["status"] == get["status"], head["path"]
        seen = [{name: value for name, value in answer["headers"].items() if name not in own} for answer in (head, get)]
        assert seen[0] == seen[1], head["path"]
        # A watch's is that of one order, as its length is not known.
        if "content-length" in head["headers"] and not head["path"].endswith(":watch"):
            assert int(head["headers"]["content-length"]) == get["bytes"], head["path"]
    statuses = {head["path"]: head["status"] for head in answers[::2]}
    assert {status for path, status in statuses.items() if path not in REFUSED} <= {200, 301}
    assert [statuses[path] for path in REFUSED] == [404, 400, 400, 400, 405, 404, 429, 404]


def test_curl_takes_the_head_of_an_order(edge, backend):
    for http_version in ("--http1.0", "--http1.1", "--http2-prior-knowledge"):
        command = ["curl", "-sS", "--head", http_version, f"http://{edge.host}:{edge.port}/v1/orders/x"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=20)
        assert told.returncode == 0, told.stderr
        assert told.stdout.splitlines()[0].split()[1] == "200", told.stdout
        assert backend.calls.pop().method == "OrderService.GetOrder"


def test_no_watch_is_begun_for_its_head(edge, backend):
    assert edge.request("HEAD", "/v1/orders/x:watch").status == 200
    assert [call.method for call in backend.calls] == ["OrderService.GetOrder"]


def test_options_are_the_methods_of_a_path(front):
    for listener, face in front.faces.items():
        for path, known in ({page: {"GET", "HEAD", "OPTIONS"} for page in PAGES} | verbs(front.calls, listener)).items():
            answer = face.request("OPTIONS", path)
            assert (answer.status, answer.body) == (204, b""), path
            assert "content-type" not in answer.headers
            assert set(answer.headers["allow"].split(", ")) == known, path
        assert_problem(face.request("OPTIONS", "/v1/nothing"), 404, "UNKNOWN_PATH")
    assert front.backend.calls == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_only_read(edge, operators, page):
    for face in (edge, operators):
        for verb in ("POST", "PUT", "DELETE"):
            answer = face.request(verb, page)
            assert_problem(answer, 405, "METHOD_NOT_ALLOWED")
            assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def spoken(edge, said: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body of what is answered until the connection ends."""
    with socket.create_connection((edge.host, edge.port), timeout=10) as connection:
        connection.sendall(said)
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.lower().split(": ", 1) for line in lines), body


@pytest.mark.parametrize("face", ["edge", "operators"])
def test_http_1_0_is_answered(request, backend, face):
    edge = request.getfixturevalue(face)
    backend.answer = lambda name, request: [{"id": "x"}] * 2 if name == "WatchOrder" else {"id": "x"}
    for host in (b"", b"Host: shop\r\n"):
        status, headers, body = spoken(edge, b"GET /v1/orders/x HTTP/1.0\r\n" + host + b"\r\n")
        assert (status, json.loads(body)["id"]) == ("HTTP/1.0 200 OK", "x")
        assert "transfer-encoding" not in headers
    status, _, body = spoken(edge, b"GET /v1/orders/x:watch HTTP/1.0\r\n\r\n")
    assert (status, len(body.splitlines())) == ("HTTP/1.0 200 OK", 2)
    order = b'{"note":"n"}'
    said = b"POST /v1/orders HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(order), order)
    assert spoken(edge, said)[0] == "HTTP/1.0 200 OK"
    assert backend.calls[-1].request == {"order": {"note": "n"}}
    status, headers, body = spoken(edge, b"GET /v1/nothing HTTP/1.0\r\n\r\n")
    assert (status, headers["content-type"]) == ("HTTP/1.0 404 Not Found", "application/problem+json")
    assert json.loads(body)["type"] == "urn:ordermesh:problem:UNKNOWN_PATH"


@pytest.mark.parametrize("offer", ["TLS/1.2", "TLS/1.2, TLS/1.3", "websocket", "h2c", "HTTP/3.0, nonsense"])
def test_an_offer_of_another_protocol_is_passed_over(edge, operators, backend, offer):
    headers = {"upgrade": offer, "connection": "Upgrade"}
    for face in (edge, operators):
        assert face.request("GET", "/v1/orders", headers=headers).status == 200
        assert face.request("POST", "/v1/orders", {"note": "n"}, headers).status == 200
        assert backend.calls.pop().request == {"order": {"note": "n"}}


MALFORMED = [
    "%", "%4", "%zz", "a%", "%00", "a%00b", "%80", "%bf", "%ff", "%fe", "%c3", "%c3%28", "%e4%bd", "%f0%9f%98",
    "%c0%af", "%c1%bf", "%e0%80%80", "%e0%9f%bf", "%ed%a0%80", "%ed%bf%bf", "%f0%80%80%80", "%f0%8f%bf%bf", "%f4%90%80%80", "%f5%80%80%80",
    "%c3%e4%bd%a0%9c",
]  # fmt: skip
WELL_FORMED = [
    "%25", "%2500", "%01", "%7f", "%c2%80", "%df%bf", "%e0%a0%80", "%e4%bd%a0", "%ed%9f%bf", "%ee%80%80", "%ef%bf%bf", "%f0%90%80%80",
    "%f3%bf%bf%bf", "%f4%8f%bf%bf", "a%20b%26c%3Dd", "%3A", "%C3%9Cber",
]  # fmt: skip


@pytest.mark.parametrize("face", ["edge", "operators"])
def test_what_is_no_text_in_a_url_is_refused(request, backend, face):
    edge = request.getfixturevalue(face)
    for text in [*MALFORMED, "a%2Fb", "a%5Cb", "a%2fb"]:
        for path in (f"/v1/orders/{text}", f"/v1/customers/{text}/orders", f"/v1/nothing/{text}"):
            assert_problem(edge.request("GET", path), 400, "MALFORMED_URL")
    for text in MALFORMED:
        for path in (f"/v1/orders?pageToken={text}", f"/v1/orders?{text}=1", f"/v1/orders?validateOnly=true&requestId={text}"):
            assert_problem(edge.request("GET", path), 400, "MALFORMED_URL")
            assert_problem(edge.request("POST", path, {}), 400, "MALFORMED_URL")
    assert backend.calls == []


def test_what_is_text_in_a_url_arrives(edge, backend):
    for text in WELL_FORMED:
        meant = urllib.parse.unquote(text, errors="strict")
        for path, field in ((f"/v1/orders?pageToken={text}", "pageToken"), (f"/v1/customers/{text}/orders", "customerId")):
            assert edge.request("GET", path).status == 200, path
            assert backend.calls.pop().request == {field: meant}


def test_the_colon_of_a_method_may_be_escaped(front):
    front.backend.answer = front.empty
    acts = [(case, front.faces[listener]) for case in front.cases if ":" in case.rule.path for listener in case.call.listeners]
    assert acts
    for case, face in acts:
        place, question, query = case.path.partition("?")
        for colon in ("%3A", "%3a"):
            spelled = place.replace(":", colon) + question + query
            assert face.request(case.rule.verb, spelled, case.body).status == 200, spelled
            call = front.backend.calls.pop()
            assert (call.method, call.request) == (case.method, case.seen)
            other = face.request("TRACE", spelled)
            assert_problem(other, 405, "METHOD_NOT_ALLOWED")
            assert case.rule.verb in other.headers["allow"]
            if case.rule.verb == "POST":
                assert_problem(face.request("POST", spelled, b"x", {"content-type": "text/plain"}), 415, "UNSUPPORTED_MEDIA_TYPE")


def test_the_head_of_a_stream_is_that_of_what_it_watches(front):
    """And there is none where that can't be asked for."""
    front.backend.answer = front.empty
    asked = 0
    for case in front.cases:
        if case.call.rpc.gives_stream:
            for listener in case.call.listeners:
                taken = "HEAD" in verbs(front.calls, listener)[filled(case.rule.path)]
                answer = front.faces[listener].request("HEAD", case.path)
                assert (answer.status, "json" in answer.headers["content-type"]) == (200 if taken else 405, True), case
                assert not taken or answer.headers["content-type"] == "application/x-ndjson"
                watched = [call.method for call in front.backend.calls]
                assert case.method not in watched and len(watched) == taken
                front.backend.calls.clear()
                asked += 1
    assert asked >= 2


def test_the_log_tells_the_method_that_was_sent(edge, backend, running_envoy):
    edge.request("GET", "/v1/orders/logged")
    deadline = time.monotonic() + 20
    logged: list[dict] = []
    while not logged:
        assert time.monotonic() < deadline
        time.sleep(0.05)  # the log is written now and then
        lines = (json.loads(line) for line in running_envoy.log.read_text().splitlines() if line.startswith("{") and line.endswith("}"))
        logged = [line for line in lines if line.get("path") == "/v1/orders/logged"]
    assert [line["method"] for line in logged] == ["GET"]
