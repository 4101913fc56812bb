"""Every RPC of the contract, by the descriptors: over HTTP by its rules (JSON in, the request that a service sees), over gRPC, at the
listeners that its row of services.yaml says; and that there is no more.
"""

import json
import subprocess

import grpc
import pytest

from cases import VERBS, WITH_BODY, filled, verbs
from client import assert_problem
from ordermesh.contract import Rpc

ORDER_ID = "0190b1e2-7a10-7c3d-8e4f-0123456789ab"

# What may be said in more than one way, or is left out: verb, path, body → the method, the request that it has to see.
SPELLINGS = [
    (
        "POST", "/v1/orders", {"note": "Grüße, 你好 \"quoted\""},
        "OrderService.CreateOrder", {"order": {"note": "Grüße, 你好 \"quoted\""}},
    ),
    ("GET", "/v1/orders?page_size=7", None, "OrderService.ListOrders", {"pageSize": 7}),
    ("POST", f"/v1/orders/{ORDER_ID}:cancel", None, "OrderService.CancelOrder", {"id": ORDER_ID}),
    (
        "GET", "/v1/analytics/sales?groupBy=SALES_GROUP_DAY&groupBy=SALES_GROUP_PRODUCT", None,
        "AnalyticsService.QuerySales", {"groupBy": ["SALES_GROUP_DAY", "SALES_GROUP_PRODUCT"]},
    ),
]  # fmt: skip
# What is JSON by any spelling, and what is not.
JSON = ["application/json", "Application/JSON; charset=utf-8", "application/json;charset=utf-8"]
NO_JSON = ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonx", "json"]


@pytest.mark.parametrize(("verb", "path", "body", "method", "request_seen"), SPELLINGS)
def test_a_request_may_be_spelled_in_more_than_one_way(operators, backend, verb, path, body, method, request_seen):
    assert operators.request(verb, path, body).status == 200
    call = backend.calls.pop()
    assert (call.method, call.request) == (method, request_seen)


def test_a_rule_makes_the_request_that_the_service_sees(front):
    for case, face in served(front):
        answer = face.request(case.rule.verb, case.path, case.body)
        assert answer.status == 200, (case, answer)
        call = front.backend.calls.pop()
        assert (call.method, call.request) == (case.method, case.seen)


def test_a_body_has_to_be_json(front):
    for case, face in served(front):
        if case.rule.verb not in WITH_BODY:
            continue
        body = json.dumps(case.body).encode()
        for content_type in JSON:
            assert face.request(case.rule.verb, case.path, body, {"content-type": content_type}).status == 200, (case, content_type)
            assert front.backend.calls.pop().request == case.seen
        for content_type in NO_JSON:
            answer = face.request(case.rule.verb, case.path, body, {"content-type": content_type})
            assert_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
    assert front.backend.calls == []


def test_every_path_takes_exactly_the_verbs_of_its_rules(front):
    everything = verbs(front.calls, "operators").keys()
    for listener, face in front.faces.items():
        known = verbs(front.calls, listener)
        for path in everything:
            for verb in VERBS - known.get(path, set()):
                answer = face.request(verb, path)
                assert answer.status == (405 if path in known else 404), (listener, verb, path)
                if verb != "HEAD":  # which has no body to look at
                    assert_problem(answer, answer.status, "METHOD_NOT_ALLOWED" if path in known else "UNKNOWN_PATH")
                assert path not in known or set(answer.headers["allow"].split(", ")) == known[path], path
    assert front.backend.calls == []


def test_what_another_listener_serves_is_an_unknown_path(front):
    for case in front.cases:
        for listener in front.faces.keys() - case.call.listeners:
            if filled(case.rule.path) in verbs(front.calls, listener):
                continue  # with other verbs
            face = front.faces[listener]
            answer = face.request(case.rule.verb, case.path, case.body)
            assert_problem(answer, 404, "UNKNOWN_PATH")
            assert answer.body == face.request(case.rule.verb, "/v1/nothing", case.body).body
            assert_problem(face.request("OPTIONS", case.path), 404, "UNKNOWN_PATH")
    assert front.backend.calls == []


def told(face, rpc, message=b""):
    """What a gRPC client is told that calls this."""
    with grpc.insecure_channel(f"{face.host}:{face.port}") as channel:
        path = f"/{rpc.service}/{rpc.name}"
        try:
            if rpc.takes_stream:
                list(channel.stream_stream(path)(iter([message]), timeout=5))
            elif rpc.gives_stream:
                list(channel.unary_stream(path)(message, timeout=5))
            else:
                channel.unary_unary(path)(message, timeout=5)
        except grpc.RpcError as refusal:
            return refusal.code().name, refusal.details()
        return "OK", ""


def test_over_grpc_each_listener_has_its_calls_those_without_a_rule_too_and_no_other(front):
    nothing = Rpc("ordermesh.nothing.v1.Nothing", "Do", "", "", "", False, False, ())
    for listener, face in front.faces.items():
        unknown = told(face, nothing)
        assert unknown[0] == "UNIMPLEMENTED"
        for call in front.calls:
            assert told(face, call.rpc) == (("OK", "") if listener in call.listeners else unknown), call
            assert [seen.method for seen in front.backend.calls] == [call.rpc.operation] * (listener in call.listeners)
            front.backend.calls.clear()
        for rpc in front.inside:
            assert told(face, rpc) == unknown, rpc
    assert front.inside and front.backend.calls == []


def test_a_body_is_as_large_as_its_row_says_and_no_larger(front):
    for case, face in served(front):
        if case.rule.verb not in WITH_BODY:
            continue
        limit = case.call.body_bytes
        body = json.dumps(case.body).encode()
        assert face.request(case.rule.verb, case.path, body.ljust(limit)).status == 200, case
        assert front.backend.calls.pop().request == case.seen
        problem = assert_problem(face.request(case.rule.verb, case.path, body.ljust(limit + 1)), 413, "BODY_TOO_LARGE")
        assert problem["detail"] == f"a request body holds at most {limit} bytes"
    assert front.backend.calls == []


def test_a_grpc_message_is_as_large_as_its_row_says_and_no_larger(front):
    for call in front.calls:
        if call.rpc.takes_stream:
            continue
        for listener in call.listeners:
            # A frame has five bytes more than its message.
            assert told(front.faces[listener], call.rpc, padding(call.body_bytes - 5)) == ("OK", ""), call
            front.backend.calls.clear()
            assert told(front.faces[listener], call.rpc, padding(call.body_bytes - 4))[0] != "OK", call
            assert front.backend.calls == []


def padding(size):
    """A message of so many bytes, in a field that nobody knows."""
    tag, length = b"\xc2\x3e", size - 6
    return tag + bytes([length & 127 | 128, length >> 7 & 127 | 128, length >> 14 & 127 | 128, length >> 21]) + b"x" * length


def served(front):
    """Each case with each listener that serves it."""
    front.backend.answer = front.empty
    return [(case, front.faces[listener]) for case in front.cases for listener in sorted(case.call.listeners)]


def test_a_grpc_client_needs_no_protos(edge, operators, backend):
    for face in (edge, operators):
        command = ["grpcurl", "-plaintext", "-d", '{"id": "x"}', f"{face.host}:{face.port}", "ordermesh.orders.v1.OrderService/GetOrder"]
        called = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert called.returncode == 0, called.stderr
        call = backend.calls.pop()
        assert (call.request, call.metadata["x-ordermesh-caller"]) == ({"id": "x"}, "default")


def test_the_answer_is_json_with_every_field(edge, backend):
    order = {
        "id": ORDER_ID, "customerId": "CUST-0001", "lines": [
            {"sku": "SKU-0001", "quantity": 2, "name": "A thing", "unitPrice": {"currencyCode": "EUR", "units": "12", "nanos": 500000000}}],
        "state": "ORDER_STATE_ACCEPTED", "total": {"currencyCode": "EUR", "units": "25"},
        "createTime": "2026-01-02T03:04:05.678901Z", "etag": "e1",
    }  # fmt: skip
    backend.answer = lambda name, request: order
    answer = edge.request("GET", f"/v1/orders/{ORDER_ID}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    seen = answer.json
    assert seen["lines"][0]["unitPrice"] == {"currencyCode": "EUR", "units": "12", "nanos": 500000000}
    # What is zero is there too; 64-bit integers are strings.
    assert (seen["note"], seen["total"]) == ("", {"currencyCode": "EUR", "units": "25", "nanos": 0})
    assert (seen["createTime"], seen["state"]) == ("2026-01-02T03:04:05.678901Z", "ORDER_STATE_ACCEPTED")
