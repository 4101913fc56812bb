"""What a client of the whole system sees of every kind of refusal, over HTTP: exact status, type and violations."""

import http.client
import json
import subprocess
import uuid
from concurrent import futures

import pytest

from browser_test import ORDER, place_order_from_page
from client import Answer, Edge, assert_problem, violations

LINE = {"sku": "SKU-0001", "quantity": 1}
NOWHERE = "0190b1e2-7a10-7c3d-8e4f-0123456789ab"


@pytest.fixture(scope="module")
def shop(system) -> Edge:
    return Edge.at(system.endpoints["http"])


@pytest.fixture(scope="module")
def operators(system) -> Edge:
    return Edge.at(system.endpoints["operators"])


def order(**more) -> dict:
    return {"customerId": "CUST-0001", "lines": [LINE]} | more


# What is sent, then the reason and the fields of all violations, in their order.
REFUSED = {
    "nothing": (None, "ORDER_INVALID", ["customer_id", "lines"]),
    "an empty object": ({}, "ORDER_INVALID", ["customer_id", "lines"]),
    "an unknown customer": (order(customerId="CUST-9999"), "ORDER_INVALID", ["customer_id"]),
    "no lines": (order(lines=[]), "ORDER_INVALID", ["lines"]),
    "too many lines": (
        order(lines=[{"sku": f"SKU-{number:04d}", "quantity": 1} for number in range(101)]), "ORDER_INVALID", ["lines"],
    ),
    "a product twice": (order(lines=[LINE, LINE]), "ORDER_INVALID", ["lines[1].sku"]),
    "quantities out of range": (
        order(lines=[{"sku": "SKU-0001"}, {"sku": "SKU-0002", "quantity": -1}, {"sku": "SKU-0003", "quantity": 1000}]),
        "ORDER_INVALID", ["lines[0].quantity", "lines[1].quantity", "lines[2].quantity"],
    ),
    "no e-mail address": (order(contact={"email": "nowhere"}), "ORDER_INVALID", ["contact.email"]),
    "a long note": (order(note="é" * 2001), "ORDER_INVALID", ["note"]),
    "a zero character": (order(note="a\0b"), "ORDER_INVALID", ["note"]),
    "a price": (
        order(lines=[LINE | {"unitPrice": {"currencyCode": "EUR", "units": 1}}]), "ORDER_INVALID",
        ["lines[0].unit_price"],
    ),
    "a total": (order(total={"currencyCode": "EUR", "units": 1}), "ORDER_INVALID", ["total"]),
    "a state": (order(state="ORDER_STATE_PAID"), "ORDER_INVALID", ["state"]),
    "everything at once": (
        {"customerId": "nobody", "contact": {"email": "@"}, "note": "x" * 2001,
         "lines": [{"sku": "SKU-9999", "quantity": 1}, {"sku": "", "quantity": 0}]},
        "ORDER_INVALID",
        ["customer_id", "contact.email", "lines[0].sku", "lines[1].sku", "lines[1].quantity", "note"],
    ),
    "an unknown product": (order(lines=[{"sku": "SKU-9999", "quantity": 1}]), "ORDER_REFUSED", ["lines[0].sku"]),
    "a product that is not for sale": (
        order(lines=[LINE, {"sku": "SKU-0999", "quantity": 1}]), "ORDER_REFUSED", ["lines[1].sku"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_every_violation_of_an_order_is_told(system, shop, what):
    body, reason, fields = REFUSED[what]
    before = system.sql("SELECT count(*) FROM orders.orders")
    answer = shop.request("POST", "/v1/orders", b"" if body is None else body)
    problem = assert_problem(answer, 400, reason, broken=len(fields))
    assert sorted(v.get("field") or v["subject"] for v in violations(problem)) == sorted(fields)
    assert system.sql("SELECT count(*) FROM orders.orders") == before


def test_an_order_up_to_every_limit_is_accepted(shop):
    lines = [{"sku": f"SKU-{number:04d}", "quantity": 1} for number in range(100, 200)]
    largest = order(lines=lines, note="é" * 2000, contact={"email": "a@example.com"})
    answer = shop.request("POST", "/v1/orders", largest)
    assert answer.status == 200, answer
    assert (len(answer.json["lines"]), answer.json["note"]) == (100, largest["note"])


def test_unknown_fields_are_dropped_and_the_stored_order_shows_it(shop):
    answer = shop.request("POST", "/v1/orders", order(colour="red"))
    assert answer.status == 200 and "colour" not in answer.json


@pytest.mark.parametrize(
    ("path", "status", "reason", "fields"),
    [
        (f"/v1/orders/{NOWHERE}", 404, "ORDER_NOT_FOUND", []),
        (f"/v1/orders/{NOWHERE}:watch", 404, "ORDER_NOT_FOUND", []),
        ("/v1/orders/nonsense", 400, "ID_MALFORMED", ["id"]),
        ("/v1/orders/nonsense:watch", 400, "ID_MALFORMED", ["id"]),
        ("/v1/orders?customerId=CUST%00", 400, "MALFORMED_URL", []),
        (f"/v1/customers/{'C' * 65}/orders", 400, "ID_MALFORMED", ["customer_id"]),
        ("/v1/orders?pageSize=-1", 400, "PAGE_SIZE_NEGATIVE", ["page_size"]),
        ("/v1/orders?pageToken=forged", 400, "PAGE_TOKEN_INVALID", ["page_token"]),
        ("/v1/orders?skip=-1", 400, "SKIP_OUT_OF_RANGE", ["skip"]),
        ("/v1/orders?skip=10001", 400, "SKIP_OUT_OF_RANGE", ["skip"]),
        (
            "/v1/analytics/sales?startTime=2026-01-02T00:00:00Z&endTime=2026-01-01T00:00:00Z", 400, "WINDOW_INVALID",
            ["end_time"],
        ),
        ("/v1/notifications?pageToken=forged", 400, "PAGE_TOKEN_INVALID", ["page_token"]),
    ],
)  # fmt: skip
def test_a_question_that_has_no_answer(operators, path, status, reason, fields):
    problem = assert_problem(operators.request("GET", path), status, reason, broken=len(fields))
    assert [violation["field"] for violation in violations(problem)] == fields


def test_cancelling_an_order_that_is_not_there_or_has_changed(shop, operators):
    assert_problem(shop.request("POST", f"/v1/orders/{NOWHERE}:cancel", {}), 404, "ORDER_NOT_FOUND")
    placed = shop.request("POST", "/v1/orders", order()).json
    path = f"/v1/orders/{placed['id']}:cancel"
    assert operators.request("POST", f"/v1/orders/{placed['id']}:pay", {}).status == 200
    assert_problem(shop.request("POST", path, {"etag": placed["etag"]}), 409, "ETAG_STALE")
    etag = shop.request("GET", f"/v1/orders/{placed['id']}").json["etag"]
    cancelled = shop.request("POST", path, {"etag": etag})
    assert (cancelled.status, cancelled.json["state"]) == (200, "ORDER_STATE_CANCELLED")
    # Cancelling what is cancelled is no error, so that a repeat after a lost answer is none.
    for body in (None, {"etag": etag}):
        assert shop.request("POST", path, body).json == cancelled.json


MOVES = ["pay", "ship", "deliver"]


@pytest.mark.parametrize("move", MOVES)
def test_moving_an_order_that_is_not_there_or_has_changed(shop, operators, move):
    assert_problem(operators.request("POST", f"/v1/orders/{NOWHERE}:{move}", {}), 404, "ORDER_NOT_FOUND")
    assert_problem(operators.request("POST", f"/v1/orders/nonsense:{move}", {}), 400, "ID_MALFORMED", broken=1)
    placed = shop.request("POST", "/v1/orders", order()).json
    path = f"/v1/orders/{placed['id']}"
    for earlier in MOVES[: MOVES.index(move)]:
        assert_problem(operators.request("POST", f"{path}:{move}"), 400, "ORDER_STATE_FORBIDS")
        assert operators.request("POST", f"{path}:{earlier}").status == 200
    etag = shop.request("GET", path).json["etag"]
    assert_problem(operators.request("POST", f"{path}:{move}", {"etag": "rubbish"}), 400, "ETAG_MALFORMED", broken=1)
    assert_problem(operators.request("POST", f"{path}:{move}", {"etag": etag[:-1] + "9"}), 409, "ETAG_STALE")
    moved = operators.request("POST", f"{path}:{move}", {"etag": etag})
    assert moved.status == 200 and moved.json["etag"] != etag
    for body in (None, {"etag": etag}):
        assert operators.request("POST", f"{path}:{move}", body).json == moved.json


@pytest.mark.parametrize("move", MOVES)
def test_a_shops_client_may_not_say_that_an_order_has_moved_on(system, shop, move):
    placed = shop.request("POST", "/v1/orders", order()).json
    assert_problem(shop.request("POST", f"/v1/orders/{placed['id']}:{move}", {}), 404, "UNKNOWN_PATH")
    method = f"ordermesh.orders.v1.OrderService/{move.capitalize()}Order"
    call = ["grpcurl", "-plaintext", "-d", json.dumps({"id": placed["id"]}), f"{shop.host}:{shop.port}", method]
    assert subprocess.run(call, capture_output=True, text=True, timeout=60).returncode != 0
    assert system.sql("SELECT state FROM orders.orders WHERE id = %s", placed["id"]) == [(1,)]


def test_request_ids_by_header_and_by_parameter(shop):
    key = str(uuid.uuid4())
    first = shop.request("POST", "/v1/orders", order(), {"idempotency-key": f'"{key}"'})
    assert first.status == 200
    for path, headers in (
        ("/v1/orders", {"idempotency-key": key}),
        (f"/v1/orders?requestId={key}", {}),
        (f"/v1/orders?requestId={key}", {"idempotency-key": key}),
    ):
        repeat = shop.request("POST", path, order(), headers)
        assert (repeat.status, repeat.json) == (200, first.json)
    other = shop.request("POST", "/v1/orders", order(note="other"), {"idempotency-key": key})
    assert_problem(other, 422, "IDEMPOTENCY_KEY_REUSED")
    both = shop.request("POST", "/v1/orders?requestId=one", order(), {"idempotency-key": "two"})
    assert_problem(both, 400, "REQUEST_IDS_DIFFER")
    for malformed in ("x" * 129, "a b", '""', "", " "):
        answer = shop.request("POST", "/v1/orders", order(), {"idempotency-key": malformed})
        assert_problem(answer, 400, "REQUEST_ID_MALFORMED", broken=1)


def post_with_keys(shop, *keys):
    """An order with a header for each key, which a dictionary of headers can't say."""
    connection = http.client.HTTPConnection(shop.host, shop.port, timeout=20)
    body = json.dumps(order()).encode()
    connection.putrequest("POST", "/v1/orders")
    connection.putheader("content-type", "application/json")
    connection.putheader("content-length", str(len(body)))
    for key in keys:
        connection.putheader("idempotency-key", key)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    connection.close()
    return answer


def test_request_ids_in_several_headers_must_agree(shop):
    key = str(uuid.uuid4())
    assert_problem(post_with_keys(shop, key, "another"), 400, "REQUEST_IDS_DIFFER")
    assert_problem(post_with_keys(shop, key, ""), 400, "REQUEST_ID_MALFORMED", broken=1)
    agree = post_with_keys(shop, key, f'"{key}"')
    assert agree.status == 200
    assert shop.request("POST", "/v1/orders", order(), {"idempotency-key": key}).json == agree.json


def test_requests_that_mean_the_same_are_repeats(shop):
    key = {"idempotency-key": str(uuid.uuid4())}
    body = {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 1}]}
    first = shop.request("POST", "/v1/orders", body, key)
    assert first.status == 200
    for more in ({"contact": {}}, {"contact": None}, {"contact": {"email": ""}}, {"note": ""}, {"note": None}):
        repeat = shop.request("POST", "/v1/orders", body | more, key)
        assert (repeat.status, repeat.json) == (200, first.json), more


def test_a_grpc_client_needs_no_protos(shop):
    """And is the same caller as over HTTP, so that it sees the same orders."""
    body = json.dumps({"order": order(), "requestId": str(uuid.uuid4())})
    call = ["grpcurl", "-plaintext", "-d", body, f"{shop.host}:{shop.port}", "ordermesh.orders.v1.OrderService/CreateOrder"]
    placed = subprocess.run(call, capture_output=True, text=True, timeout=60)
    assert placed.returncode == 0, placed.stderr
    assert shop.request("GET", f"/v1/orders/{json.loads(placed.stdout)['id']}").status == 200


def test_the_headers_of_one_client_fail_no_order_of_another(shop):
    """What the edge takes, the servers take: else they end the connection, which Envoy shares among all."""
    noise = [
        ("/v1/orders", {"cookie": "x" * 9_000}, 200),
        ("/v1/orders", {"x-noise": "x" * 30_000}, 200),
        ("/v1/orders?pageToken=" + "x" * 20_000, {}, 400),
    ]
    with futures.ThreadPoolExecutor(8) as pool:
        asked, placed = [], []
        for path, headers, status in noise * 20:
            asked.append((pool.submit(shop.request, "GET", path, None, headers), status))
            placed += [pool.submit(shop.request, "POST", "/v1/orders", order()) for _ in range(3)]
    assert {answer.result().status for answer in placed} == {200}
    assert all(answer.result().status == status for answer, status in asked)


def test_a_watch_over_http_ends_with_the_last_state(shop):
    placed = shop.request("POST", "/v1/orders", order()).json
    shop.request("POST", f"/v1/orders/{placed['id']}:cancel")
    answer = shop.request("GET", f"/v1/orders/{placed['id']}:watch")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert json.loads(answer.body.splitlines()[-1])["state"] == "ORDER_STATE_CANCELLED"


def test_an_order_is_placed_from_the_page(system):
    status, shown = place_order_from_page(system.endpoints["http"], ORDER)
    assert (status, shown["customerId"]) == ("200", "CUST-0007")
    assert system.sql("SELECT customer_id FROM orders.orders WHERE id = %s", shown["id"]) == [("CUST-0007",)]
