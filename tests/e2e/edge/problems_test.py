"""What the services refuse, as a client sees it over HTTP: the status of the code, the type of the reason, every
violation, when to retry; and what it sees when a service is not there or doesn't answer.
"""

import tempfile
import threading
from pathlib import Path

import grpc
import pytest
from google.protobuf import any_pb2

from backend import Refusal
from client import Edge, assert_problem, violations
from running import RunningEnvoy

STATUS_OF_CODE = [
    ("INVALID_ARGUMENT", 400), ("FAILED_PRECONDITION", 400), ("OUT_OF_RANGE", 400), ("UNAUTHENTICATED", 401),
    ("PERMISSION_DENIED", 403), ("NOT_FOUND", 404), ("ABORTED", 409), ("ALREADY_EXISTS", 409),
    ("RESOURCE_EXHAUSTED", 429), ("CANCELLED", 499), ("UNKNOWN", 500), ("INTERNAL", 500), ("DATA_LOSS", 500),
    ("UNIMPLEMENTED", 501), ("UNAVAILABLE", 503), ("DEADLINE_EXCEEDED", 504),
]  # fmt: skip


def refuse(backend, refusal: Refusal) -> None:
    def answer(_name, _request):
        raise refusal

    backend.answer = answer


@pytest.mark.parametrize(("code", "status"), STATUS_OF_CODE)
def test_each_code_has_its_status(edge, backend, code, status):
    refuse(backend, Refusal(code, "what happened", reason="SOME_REASON"))
    problem = assert_problem(edge.request("GET", "/v1/orders/x"), status, "SOME_REASON")
    assert (problem["title"], problem["detail"]) == ("Some reason", "what happened")
    assert problem["code"] == getattr(grpc.StatusCode, code).value[0]
    # Without a reason, the code is the reason.
    refuse(backend, Refusal(code))
    assert_problem(edge.request("GET", "/v1/orders/x"), status, code)


def test_a_request_id_used_for_another_order_is_422(edge, backend):
    refuse(backend, Refusal("INVALID_ARGUMENT", reason="IDEMPOTENCY_KEY_REUSED"))
    assert_problem(edge.request("POST", "/v1/orders", {}), 422, "IDEMPOTENCY_KEY_REUSED")


def test_every_violation_arrives(edge, backend):
    fields = [(f"lines[{number}].sku", f'unknown "SKU" {number}') for number in range(100)]
    states = [("OUT_OF_STOCK", f"SKU-{number}") for number in range(7)]
    refuse(backend, Refusal("INVALID_ARGUMENT", reason="ORDER_INVALID", fields=fields, states=states))
    problem = assert_problem(edge.request("POST", "/v1/orders", {}), 400, "ORDER_INVALID", broken=107)
    assert [(v["field"], v["description"]) for v in violations(problem)[:100]] == fields
    assert {v["reason"] for v in violations(problem)[:100]} == {"SOME_RULE"}
    assert [(v["type"], v["subject"]) for v in violations(problem)[100:]] == states


@pytest.mark.parametrize(("delay_ms", "seconds"), [(100, "1"), (1000, "1"), (1001, "2"), (30000, "30")])
def test_when_to_retry_is_a_header_too(edge, backend, delay_ms, seconds):
    refuse(backend, Refusal("RESOURCE_EXHAUSTED", reason="OVERLOADED", retry_ms=delay_ms))
    answer = edge.request("POST", "/v1/orders", {})
    assert_problem(answer, 429, "OVERLOADED")
    assert answer.headers["retry-after"] == seconds


@pytest.mark.parametrize(
    "text",
    [
        'quotes " and \\ and \n line ends \t and {"code":0}',
        '"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"FORGED"',
        "Grüße 你好 \U0001f600",
        "",
        "x" * 5000,
    ],
)
def test_no_text_breaks_the_json_or_forges_a_type(edge, backend, text):
    refuse(backend, Refusal("INVALID_ARGUMENT", text, reason="TRUE_REASON", fields=[(text, text)]))
    problem = assert_problem(edge.request("GET", "/v1/orders/x"), 400, "TRUE_REASON", broken=1)
    assert (problem["detail"], violations(problem)[0]["description"]) == (text, text)


def test_details_of_a_type_that_the_edge_does_not_know_leave_code_and_message(edge, backend):
    alien = any_pb2.Any(type_url="type.googleapis.com/somebody.Else", value=b"x")
    refuse(backend, Refusal("NOT_FOUND", 'no "order" ä', more=[alien]))
    problem = assert_problem(edge.request("GET", "/v1/orders/x"), 404, "NOT_FOUND")
    assert problem["detail"] == 'no "order" ä'


@pytest.fixture
def lonely_edge():
    """An edge whose services are not there."""
    with tempfile.TemporaryDirectory() as folder:
        running = RunningEnvoy(1, Path(folder))
        yield Edge("127.0.0.1", running.operators_port)
        running.stop()


def test_services_that_are_not_there(lonely_edge):
    for path in ("/v1/orders/x", "/v1/notifications", "/v1/analytics/lags", "/readyz"):
        answer = lonely_edge.request("GET", path)
        problem = assert_problem(answer, 503, "SERVICE_UNREACHABLE")
        assert problem["code"] == 14 and answer.headers["retry-after"] == "1"
        # Nothing of the inside is told.
        assert "127.0.0.1" not in problem["detail"] and "onnect" not in problem["detail"]
    assert lonely_edge.request("GET", "/healthz").status == 200


def grpc_refusal(edge, path):
    """What a gRPC client is told that calls this path."""
    with grpc.insecure_channel(f"{edge.host}:{edge.port}") as channel:
        with pytest.raises(grpc.RpcError) as refusal:
            channel.unary_unary(path)(b"", timeout=5)
    return refusal.value.code().name, refusal.value.details()


def test_services_that_are_not_there_for_a_grpc_client(lonely_edge):
    for path in ("/ordermesh.orders.v1.OrderService/GetOrder", "/ordermesh.analytics.v1.AnalyticsService/ListLags"):
        told = grpc_refusal(lonely_edge, path)
        assert told == ("UNAVAILABLE", "no server could be reached; retry with the same request id")


def test_a_service_that_is_none_for_a_grpc_client(edge):
    code, message = grpc_refusal(edge, "/ordermesh.orders.v1.Nonsense/Get")
    assert code == "UNIMPLEMENTED" and message.startswith("the edge refused this call: ")


def test_a_call_that_takes_too_long_may_have_been_carried_out(edge, backend):
    """So it is DEADLINE_EXCEEDED, never UNAVAILABLE, which would invite a repeat."""
    over = threading.Event()
    backend.answer = lambda name, request: over.wait(20) and {} or {}
    try:
        answer = edge.request("GET", "/v1/orders/x", headers={"grpc-timeout": "300m"})
        problem = assert_problem(answer, 504, "DEADLINE_EXCEEDED")
        assert problem["code"] == 4
    finally:
        over.set()


def test_a_grpc_client_is_served_as_it_is(edge, backend, contract):
    refuse(backend, Refusal("INVALID_ARGUMENT", "no", reason="SOME_REASON"))
    method = contract.method("/ordermesh.orders.v1.OrderService/GetOrder")
    request = contract.message(method.input_type)(id="x")
    with grpc.insecure_channel(f"{edge.host}:{edge.port}") as channel:
        call = channel.unary_unary(
            "/ordermesh.orders.v1.OrderService/GetOrder",
            lambda message: message.SerializeToString(),
            contract.message(method.output_type).FromString,
        )
        with pytest.raises(grpc.RpcError) as refusal:
            call(request, timeout=5, metadata=[("x-ordermesh-caller", "somebody else")])
        assert refusal.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert backend.calls[-1].metadata["x-ordermesh-caller"] == "default"
        assert "grpc-status-details-bin" in dict(refusal.value.trailing_metadata())
