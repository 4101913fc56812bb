"""What the edge refuses by itself: the exact status, type and number of violations, and that no service is asked."""

import socket
import subprocess

import pytest

from client import Answer, assert_problem, violations

JSON = {"content-type": "application/json"}
MIB = 1048576


def order_of_size(size: int) -> bytes:
    """A body of exactly this many bytes."""
    empty = b'{"note":""}'
    return empty[:-2] + b"a" * (size - len(empty)) + empty[-2:]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/v1/orders?foo=1", "foo"),
        ("/v1/orders?pageSize=1&foo=1", "foo"),
        ("/v1/orders/x?pageSize=1", "pageSize"),
        ("/v1/analytics/lags?sku=1", "sku"),
    ],
)
def test_an_unknown_query_parameter(operators, backend, path, parameter):
    problem = assert_problem(operators.request("GET", path), 400, "UNKNOWN_QUERY_PARAMETER", broken=1)
    assert violations(problem)[0]["field"] == parameter
    assert backend.calls == []


def test_an_unknown_query_parameter_of_a_post(edge, backend):
    assert_problem(edge.request("POST", "/v1/orders?foo=1", {}), 400, "UNKNOWN_QUERY_PARAMETER", broken=1)
    assert backend.calls == []


@pytest.mark.parametrize(
    ("verb", "path", "body", "field"),
    [
        ("GET", "/v1/orders?pageSize=abc", None, "page_size"),
        ("GET", "/v1/orders?pageSize=99999999999", None, "page_size"),
        ("GET", "/v1/orders?state=NOPE", None, "state"),
        ("GET", "/v1/orders?createTimeFrom=yesterday", None, "create_time_from"),
        ("POST", "/v1/orders", {"lines": [{"quantity": "x"}]}, "lines[0].quantity"),
        ("POST", "/v1/orders", {"lines": [{"quantity": 1}, {"quantity": 1.5}]}, "lines[1].quantity"),
        ("POST", "/v1/orders", {"lines": [{"quantity": 3000000000}]}, "lines[0].quantity"),
        ("POST", "/v1/orders?validateOnly=maybe", {}, "validate_only"),
    ],
)
def test_a_value_of_the_wrong_type(edge, backend, verb, path, body, field):
    problem = assert_problem(edge.request(verb, path, body), 400, "INVALID_VALUE", broken=1)
    assert violations(problem)[0]["field"] == field
    assert backend.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"customerId":',
        b'{"customerId" "x"}',
        b'{"customerId":"x"}}',
        b'{"customerId":"x"',
        b"\x00",
        b"hello",
        b"[]",
        b'{"note":"\\ud800"}',
        b'{"note":"\xff\xfe"}',
    ],
)
def test_bad_json(edge, backend, body):
    assert_problem(edge.request("POST", "/v1/orders", body), 400, "MALFORMED_JSON")
    assert backend.calls == []


def test_json_nested_without_end_neither_passes_nor_kills(edge, backend):
    answer = edge.request("POST", "/v1/orders", b'{"lines":' * 100000)
    assert_problem(answer, 400, "MALFORMED_JSON")
    assert edge.request("GET", "/healthz").status == 200


def test_an_unknown_json_field_is_dropped(edge, backend):
    assert edge.request("POST", "/v1/orders", {"customerId": "c", "colour": "red", "x": [{"y": 1}]}).status == 200
    assert backend.calls[0].request == {"order": {"customerId": "c"}}


def test_an_empty_body_is_an_empty_order(edge, backend):
    """The rules of an order are the services': they list every violation of it."""
    for body in (b"", b"{}"):
        assert edge.request("POST", "/v1/orders", body).status == 200
        assert backend.calls.pop().request in ({"order": {}}, {})


def test_what_says_it_is_grpc_is_answered_as_grpc(edge, backend):
    answer = edge.request("POST", "/v1/orders", b'{"note":"x"}', {"content-type": "application/grpc"})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/grpc")
    assert answer.headers["grpc-status"] != "0"
    assert backend.calls == []


def test_a_body_of_1_mib_passes_and_one_byte_more_does_not(edge, backend):
    assert edge.request("POST", "/v1/orders", order_of_size(MIB)).status == 200
    assert len(backend.calls.pop().request["order"]["note"]) == MIB - len('{"note":""}')
    assert_problem(edge.request("POST", "/v1/orders", order_of_size(MIB + 1)), 413, "BODY_TOO_LARGE")
    assert backend.calls == []


@pytest.mark.parametrize(("size", "seen"), [(MIB, "200 application/json"), (MIB + 1, "413 application/problem+json")])
def test_the_limit_is_the_same_over_http_2(edge, backend, tmp_path, size, seen):
    (tmp_path / "body").write_bytes(order_of_size(size))
    command = ["curl", "-s", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_code} %{content_type}"]
    command += ["-H", "content-type: application/json", "--data-binary", f"@{tmp_path / 'body'}"]
    sent = subprocess.run([*command, f"http://{edge.host}:{edge.port}/v1/orders"], capture_output=True, text=True, timeout=30)
    assert sent.stdout == seen
    assert len(backend.calls) == (1 if size == MIB else 0)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/v1", "/v1/", "/v1/orders/", "/v1/orders/x/y", "/v1/order", "/v2/orders", "/v1/orders/x:refund",
        "/v1/product", "/v1/notifications/x", "/v1/notifications/", "/v1/orders:cancel", "/ordermesh.orders.v1.OrderService/CreateOrder", "/v1/orders%20", "/docs/nothing.js", "/stats",
        "/ordermesh.validation.v1.ValidationService/ValidateOrder",
    ],
)  # fmt: skip
def test_an_unknown_path(edge, operators, backend, path):
    for face in (edge, operators):
        for verb in ("GET", "POST"):
            assert_problem(face.request(verb, path, {} if verb == "POST" else None), 404, "UNKNOWN_PATH")
    assert backend.calls == []


def test_too_many_and_too_large_headers(edge, backend):
    assert_problem(edge.request("GET", "/v1/orders", headers={"x-big": "a" * 40000}), 431, "HEADERS_TOO_LARGE")
    many = {f"x-{number}": "a" for number in range(120)}
    assert_problem(edge.request("GET", "/v1/orders", headers=many), 431, "HEADERS_TOO_LARGE")
    assert backend.calls == []


@pytest.mark.parametrize("name", ["bad_name", "x_ordermesh_caller"])
def test_a_header_with_an_underscore(edge, backend, name):
    """Proxies disagree on what it is."""
    assert_problem(edge.request("GET", "/v1/orders", headers={name: "x"}), 400, "MALFORMED_REQUEST")
    assert backend.calls == []


@pytest.mark.parametrize("said", [b"NONSENSE\r\n\r\n", b"GET /v1/orders HTTP/1.1\r\n\r\n"])
def test_what_is_no_http_request(edge, backend, said):
    with socket.create_connection((edge.host, edge.port), timeout=5) as connection:
        connection.sendall(said)
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert_problem(Answer(int(status.split()[1]), headers, body), 400, "MALFORMED_REQUEST")
    assert backend.calls == []


def test_a_client_does_not_say_who_it_is(edge, backend):
    edge.request("GET", "/v1/orders")
    edge.request("GET", "/v1/orders", headers={"x-ordermesh-caller": "somebody else"})
    assert [call.metadata["x-ordermesh-caller"] for call in backend.calls] == ["default", "default"]


def test_what_a_client_may_say_arrives(edge, backend):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    edge.request("POST", "/v1/orders", {}, {"idempotency-key": '"k-1"', "traceparent": trace})
    metadata = backend.calls[0].metadata
    assert (metadata["idempotency-key"], metadata["traceparent"]) == ('"k-1"', trace)
