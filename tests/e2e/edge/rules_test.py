"""Every HTTP rule of the protos, by the descriptors: JSON in, the request that a service sees, JSON out; and that the
edge's own list of paths and verbs is the protos' list.
"""

import re
import subprocess

import grpc
import pytest
from google.api import annotations_pb2

from client import assert_problem

# What strangers may call; all else is the operators'.
PUBLIC = {"OrderService"}

ORDER_ID = "0190b1e2-7a10-7c3d-8e4f-0123456789ab"

# Each rule: verb, path, body → the method, the request that it has to see.
RULES = [
    (
        "POST", "/v1/orders?requestId=r-1&validateOnly=true",
        {"customerId": "CUST-0001", "contact": {"email": "a@example.com"}, "lines": [{"sku": "SKU-0001", "quantity": 2}],
         "note": "Grüße, 你好 \"quoted\""},
        "OrderService.CreateOrder",
        {"requestId": "r-1", "validateOnly": True, "order": {
            "customerId": "CUST-0001", "contact": {"email": "a@example.com"},
            "lines": [{"sku": "SKU-0001", "quantity": 2}], "note": "Grüße, 你好 \"quoted\""}},
    ),
    ("GET", f"/v1/orders/{ORDER_ID}", None, "OrderService.GetOrder", {"id": ORDER_ID}),
    (
        "GET",
        "/v1/orders?customerId=CUST-0001&state=ORDER_STATE_ACCEPTED&createTimeFrom=2026-01-02T03:04:05Z"
        "&createTimeBefore=2026-02-01T00:00:00Z&pageSize=7&pageToken=abc&skip=3&showTotalSize=true",
        None,
        "OrderService.ListOrders",
        {"customerId": "CUST-0001", "state": "ORDER_STATE_ACCEPTED", "createTimeFrom": "2026-01-02T03:04:05Z",
         "createTimeBefore": "2026-02-01T00:00:00Z", "pageSize": 7, "pageToken": "abc", "skip": 3,
         "showTotalSize": True},
    ),
    ("GET", "/v1/orders?page_size=7", None, "OrderService.ListOrders", {"pageSize": 7}),
    (
        "GET", "/v1/customers/CUST-0001/orders?pageSize=1", None,
        "OrderService.ListOrders", {"customerId": "CUST-0001", "pageSize": 1},
    ),
    (
        "POST", f"/v1/orders/{ORDER_ID}:cancel", {"etag": "e1"},
        "OrderService.CancelOrder", {"id": ORDER_ID, "etag": "e1"},
    ),
    ("POST", f"/v1/orders/{ORDER_ID}:cancel", None, "OrderService.CancelOrder", {"id": ORDER_ID}),
    ("GET", f"/v1/orders/{ORDER_ID}:watch", None, "OrderService.WatchOrder", {"id": ORDER_ID}),
    (
        "GET", f"/v1/notifications?orderId={ORDER_ID}&state=NOTIFICATION_STATE_FAILED&pageSize=5", None,
        "NotificationService.ListNotifications",
        {"orderId": ORDER_ID, "state": "NOTIFICATION_STATE_FAILED", "pageSize": 5},
    ),
    (
        "POST", f"/v1/notifications/{ORDER_ID}:resend", {"evenIfSent": True},
        "NotificationService.ResendNotification", {"id": ORDER_ID, "evenIfSent": True},
    ),
    (
        "POST", "/v1/notifications:resend",
        {"requestId": "r-1", "errorContains": "smtp_4", "failedFrom": "2026-01-02T03:04:05Z"},
        "NotificationService.StartResend",
        {"requestId": "r-1", "errorContains": "smtp_4", "failedFrom": "2026-01-02T03:04:05Z"},
    ),
    ("GET", f"/v1/notifications/resends/{ORDER_ID}", None, "NotificationService.GetResend", {"id": ORDER_ID}),
    ("GET", "/v1/notifications/deadLetters?pageSize=5", None, "NotificationService.ListDeadLetters", {"pageSize": 5}),
    (
        "POST", "/v1/notifications/deadLetters:redrive", {"ids": ["a", "b"]},
        "NotificationService.RedriveDeadLetters", {"ids": ["a", "b"]},
    ),
    (
        "GET",
        "/v1/analytics/sales?startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T00:00:00Z&groupBy=SALES_GROUP_DAY"
        "&groupBy=SALES_GROUP_PRODUCT&sku=SKU-0001",
        None,
        "AnalyticsService.QuerySales",
        {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z",
         "groupBy": ["SALES_GROUP_DAY", "SALES_GROUP_PRODUCT"], "sku": "SKU-0001"},
    ),
    ("GET", "/v1/analytics/lags", None, "AnalyticsService.ListConsumerLags", {}),
]  # fmt: skip


def is_public(method):
    """Of "Service.Method" or "Service"."""
    return method.partition(".")[0] in PUBLIC


def http_rules(contract):
    """(method name, verb, path template) of every rule, additional bindings too."""
    for file in contract.files:
        for service in file.service:
            for method in service.method:
                if not method.options.HasExtension(annotations_pb2.http):
                    continue
                first = method.options.Extensions[annotations_pb2.http]
                for rule in (first, *first.additional_bindings):
                    verb = rule.WhichOneof("pattern")
                    yield f"{service.name}.{method.name}", verb.upper(), getattr(rule, verb)


@pytest.mark.parametrize(("verb", "path", "body", "method", "request_seen"), RULES)
def test_a_rule_makes_the_request_that_the_service_sees(edge, operators, backend, verb, path, body, method, request_seen):
    backend.answer = lambda name, request: [] if name == "WatchOrder" else {}
    for face in (edge, operators) if is_public(method) else (operators,):
        answer = face.request(verb, path, body)
        assert answer.status == 200, answer
        call = backend.calls.pop()
        assert (call.method, call.request) == (method, request_seen)


@pytest.mark.parametrize(("verb", "path", "body", "method"), [rule[:4] for rule in RULES if not is_public(rule[3])])
def test_what_is_the_operators_is_an_unknown_path_in_public(edge, backend, verb, path, body, method):
    nothing = edge.request(verb, "/v1/nothing", body)
    answer = edge.request(verb, path, body)
    assert_problem(answer, 404, "UNKNOWN_PATH")
    assert answer.body == nothing.body
    for other in {"GET", "POST", "PUT", "OPTIONS"} - {verb}:
        assert_problem(edge.request(other, path), 404, "UNKNOWN_PATH")
    assert backend.calls == []


def test_every_call_of_the_operators_is_an_unknown_one_in_public_over_grpc(edge, operators, backend, contract):
    def told(face, path):
        with grpc.insecure_channel(f"{face.host}:{face.port}") as channel:
            try:
                channel.unary_unary(path)(b"", timeout=5)
            except grpc.RpcError as refusal:
                return refusal.code().name, refusal.details()
            return "OK", ""

    nothing = told(edge, "/ordermesh.nothing.v1.Nothing/Do")
    assert nothing[0] == "UNIMPLEMENTED"
    calls = [f"/{file.package}.{service.name}/{method.name}" for file in contract.files for service in file.service
             for method in service.method if method.options.HasExtension(annotations_pb2.http) and not is_public(service.name)]
    assert len(calls) >= 6
    for call in calls:
        assert told(edge, call) == nothing, call
        assert backend.calls == []
        assert told(operators, call) == ("OK", ""), call
        backend.calls.clear()


def test_a_grpc_client_needs_no_protos(edge, operators, backend):
    for face in (edge, operators):
        command = ["grpcurl", "-plaintext", "-d", '{"id": "x"}', f"{face.host}:{face.port}", "ordermesh.orders.v1.OrderService/GetOrder"]
        called = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert called.returncode == 0, called.stderr
        call = backend.calls.pop()
        assert (call.request, call.metadata["x-ordermesh-caller"]) == ({"id": "x"}, "default")


def test_every_rule_of_the_protos_is_tested_above(contract):
    def template(path):
        return re.compile(re.sub(r"\{\w+\}", "[^/:]+", path.partition("?")[0]).replace(".", r"\."))

    tested = {(method, verb, path.partition("?")[0]) for verb, path, _, method, _ in RULES}
    missing = [
        rule for rule in http_rules(contract)
        if not any(rule[:2] == (method, verb) and template(rule[2]).fullmatch(path) for method, verb, path in tested)
    ]  # fmt: skip
    assert missing == []


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


def test_every_path_takes_exactly_the_verbs_of_its_rules(edge, operators, backend, contract):
    verbs: dict[str, set[str]] = {}
    public = set()
    for method, verb, path in http_rules(contract):
        verbs.setdefault(path, set()).add(verb)
        if is_public(method):
            public.add(path)
    assert len(verbs) >= 10
    for path, allowed in verbs.items():
        allowed |= {"OPTIONS", "HEAD"} if "GET" in allowed else {"OPTIONS"}
        for verb in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
            for face in (edge, operators) if path in public else (operators,):
                answer = face.request(verb, re.sub(r"\{\w+\}", "x", path))
                if verb == "HEAD":  # has no body to look at
                    assert answer.status == 405
                else:
                    assert_problem(answer, 405, "METHOD_NOT_ALLOWED")
                assert set(answer.headers["allow"].split(", ")) == allowed, path
    assert backend.calls == []
