"""Stock is read, listed, adjusted and explained, over HTTP and gRPC; what orders do to it is a part of its history."""

import uuid

import pytest

from system import eventually


@pytest.fixture
def product(system):
    """(id, SKU) of a product of the test's own, of which nothing is left."""
    (sku,) = system.own_products()
    system.adjust_stock(sku, availableCount=0)
    ((product,),) = system.sql("SELECT id::text FROM catalog.products WHERE sku = %s", sku)
    return product, sku


def level(product, sku, available, reserved=0):
    return {"productId": product, "sku": sku, "available": str(available), "reserved": str(reserved)}


def operator(system, method, path, *more):
    return system.http(method, path, *more, face="operators")


def movements(system, product, page_size=100):
    """Every movement, newest first, read in pages."""
    token, found = "", []
    while True:
        status, _, page = operator(
            system, "GET", f"/v1/products/{product}/stock/movements?pageSize={page_size}&pageToken={token}")
        assert status == 200, page
        found += page.get("movements", [])
        token = page["nextPageToken"]
        if not token:
            return found


def test_stock_is_adjusted_once_and_read(system, product):
    product_id, sku = product
    key = str(uuid.uuid4())
    for _ in range(2):
        assert system.adjust_stock(sku, key, delta=7) == level(product_id, sku, 7)
    assert system.adjust_stock(sku, availableCount=5) == level(product_id, sku, 5)
    assert operator(system, "GET", f"/v1/products/{product_id}/stock")[::2] == (200, level(product_id, sku, 5))

    request = system.protos.stock.GetStockRequest(product_id=product_id)
    reply = system.stock_keeping.GetStock(request, timeout=5)
    assert (reply.sku, reply.available, reply.reserved) == (sku, 5, 0)


def test_what_orders_do_is_a_part_of_the_history(system, product):
    product_id, sku = product
    before = len(movements(system, product_id))
    system.adjust_stock(sku, delta=10)
    cancelled, shipped = (system.place((sku, quantity), customer="CUST-0004") for quantity in (2, 3))
    assert operator(system, "GET", f"/v1/products/{product_id}/stock")[2] == level(product_id, sku, 5, 5)
    assert system.http("POST", f"/v1/orders/{cancelled['id']}:cancel", {})[0] == 200
    for move in ("pay", "ship"):
        assert operator(system, "POST", f"/v1/orders/{shipped['id']}:{move}", {})[0] == 200
    assert operator(system, "GET", f"/v1/products/{product_id}/stock")[2] == level(product_id, sku, 7)

    told = movements(system, product_id)
    newest = [(movement["kind"].removeprefix("STOCK_MOVEMENT_KIND_"), movement["availableDelta"],
               movement["reservedDelta"], movement["orderId"], movement["reason"]) for movement in told[:-before]]
    assert newest == [
        ("SHIPMENT", "0", "-3", shipped["id"], ""),
        ("RELEASE", "2", "-2", cancelled["id"], ""),
        ("RESERVATION", "-3", "3", shipped["id"], ""),
        ("RESERVATION", "-2", "2", cancelled["id"], ""),
        ("ADJUSTMENT", "10", "0", "", "a test"),
    ]
    assert told[2]["createTime"] == shipped["createTime"]
    assert movements(system, product_id, page_size=2) == told
    assert sum(int(movement["availableDelta"]) for movement in told) == 7
    assert sum(int(movement["reservedDelta"]) for movement in told) == 0


def test_what_is_nearly_sold_out_is_listed_first(system, product):
    product_id, sku = product
    system.adjust_stock(sku, availableCount=1)
    status, _, page = operator(system, "GET", "/v1/stock?availableBelow=2&pageSize=100&showTotalSize=true")
    assert status == 200 and level(product_id, sku, 1) in page["stock"]
    assert page["totalSize"] == len(page["stock"]) and page["nextPageToken"] == ""
    available = [int(one["available"]) for one in page["stock"]]
    assert available == sorted(available) and max(available) < 2

    status, _, first = operator(system, "GET", "/v1/stock?pageSize=1")
    status, _, second = operator(system, "GET", f"/v1/stock?pageSize=1&pageToken={first['nextPageToken']}")
    assert status == 200 and first["stock"] != second["stock"]


REFUSALS = {  # body without request id → HTTP status, reason, violations
    "nothing": ({}, 400, "STOCK_ADJUSTMENT_INVALID", ["STOCK_CHANGE_REQUIRED", "FIELD_REQUIRED"]),
    "no change": ({"delta": 0, "reason": "x"}, 400, "STOCK_ADJUSTMENT_INVALID", ["STOCK_DELTA_OUT_OF_RANGE"]),
    "a negative count": ({"availableCount": -1, "reason": "x"}, 400, "STOCK_ADJUSTMENT_INVALID",
                         ["STOCK_COUNT_OUT_OF_RANGE"]),
    "more than there is": ({"delta": -1, "reason": "x"}, 400, "STOCK_SHORT", []),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_an_adjustment_is_refused_with_all_that_is_wrong(system, product, what):
    body, status, reason, violations = REFUSALS[what]
    path = f"/v1/products/{product[0]}/stock:adjust"
    refused = operator(system, "POST", path, body, {"idempotency-key": str(uuid.uuid4())})
    assert (refused[0], refused[2]["type"].rsplit(":", 1)[1]) == (status, reason), refused[2]
    told = [violation["reason"] for detail in refused[2]["details"] for violation in detail.get("fieldViolations", [])]
    assert told == violations


def test_a_request_id_is_needed_and_of_one_adjustment(system, product):
    path, key = f"/v1/products/{product[0]}/stock:adjust", {"idempotency-key": str(uuid.uuid4())}
    assert "REQUEST_ID_MALFORMED" in operator(system, "POST", path, {"delta": 1, "reason": "x"})[2]["type"]
    assert operator(system, "POST", path, {"delta": 1, "reason": "x"}, key)[0] == 200
    status, _, problem = operator(system, "POST", path, {"delta": 2, "reason": "x"}, key)
    assert status == 422 and "IDEMPOTENCY_KEY_REUSED" in problem["type"]


@pytest.mark.parametrize("path", ["stock", "stock/movements"])
def test_stock_of_no_product_is_not_found(system, path):
    status, _, problem = operator(system, "GET", f"/v1/products/{uuid.uuid4()}/{path}")
    assert status == 404 and "PRODUCT_NOT_FOUND" in problem["type"]


def test_the_shops_clients_neither_see_nor_adjust_stock(system, product):
    for method, path in (("GET", f"/v1/products/{product[0]}/stock"), ("GET", "/v1/stock"),
                         ("POST", f"/v1/products/{product[0]}/stock:adjust")):
        assert system.http(method, path, {} if method == "POST" else None)[0] == 404


def test_an_adjustment_is_told_of_on_kafka(system, product):
    product_id, sku = product
    system.adjust_stock(sku, delta=4)
    (version, available, delta), *earlier = eventually(
        lambda: stock_events(system, product_id), lambda events: events and events[0][1:] == (4, 4),
        what="the record on Kafka")
    assert [one[0] for one in earlier] == sorted((one[0] for one in earlier), reverse=True)
    assert not earlier or version > earlier[0][0]


def stock_events(system, product_id):
    """(version, available, by how much) of each record about the stock of a product, the last first."""
    return [(event.version, event.stock.available, event.movement.available_delta)
            for _, event in reversed(system.catalog_events(product_id)) if event.HasField("stock")]
