"""One order for one request id, whatever happened in between."""

import threading
import uuid

import grpc
import pytest

from system import eventually

BODY = {"customerId": "CUST-0010", "lines": [{"sku": "SKU-0500", "quantity": 1}]}


def post(system, key, body, path="/v1/orders"):
    status, _, answer = system.http("POST", path, body, {"idempotency-key": key} if key else {})
    return status, answer


def quoted_price(system, sku):
    order = {"customerId": "CUST-0010", "lines": [{"sku": sku, "quantity": 1}]}
    status, answer = post(system, None, order, "/v1/orders?validateOnly=true")
    return (int(answer["total"].get("units", 0)) * 100 + answer["total"].get("nanos", 0) // 10_000_000
            if status == 200 else None)


def test_a_repeat_returns_the_first_order(system):
    key = str(uuid.uuid4())
    first, second = post(system, key, BODY), post(system, f'"{key}"', BODY)
    assert first[0] == 200 and second == first
    assert system.sql("SELECT count(*) FROM orders.orders WHERE request_id = %s", key) == [(1,)]


def test_the_request_id_may_come_as_a_field(system):
    key = str(uuid.uuid4())
    assert post(system, None, BODY, f"/v1/orders?requestId={key}") == post(system, key, BODY)
    status, problem = post(system, "one", BODY, "/v1/orders?requestId=another")
    assert (status, problem["type"].rsplit(":", 1)[-1]) == (400, "REQUEST_IDS_DIFFER")


def test_another_payload_under_the_same_request_id_is_refused(system):
    key = str(uuid.uuid4())
    assert post(system, key, BODY)[0] == 200
    status, problem = post(system, key, {**BODY, "note": "another"})
    assert (status, problem["type"].rsplit(":", 1)[-1]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert system.sql("SELECT note FROM orders.orders WHERE request_id = %s", key) == [("",)]


def test_a_quote_stores_nothing(system):
    key = str(uuid.uuid4())
    status, quote = post(system, key, BODY, "/v1/orders?validateOnly=true")
    assert status == 200 and quote["total"] and not quote.get("id")
    assert system.sql("SELECT count(*) FROM orders.orders WHERE request_id = %s", key) == [(0,)]


def test_a_repeat_after_the_price_changed_returns_the_stored_order(system):
    (sku,), key = system.own_products(), str(uuid.uuid4())
    body = {**BODY, "lines": [{"sku": sku, "quantity": 1}]}
    first = post(system, key, body)
    old = quoted_price(system, sku)
    system.change("UPDATE catalog.products SET price_minor = price_minor + 100 WHERE sku = %s", sku)
    eventually(lambda: quoted_price(system, sku), lambda price: price == old + 100, what="the new price")
    assert post(system, key, body) == first


def test_a_repeat_after_the_product_went_off_sale_returns_the_stored_order(system):
    (sku,), key = system.own_products(), str(uuid.uuid4())
    body = {**BODY, "lines": [{"sku": sku, "quantity": 1}]}
    first = post(system, key, body)
    system.change("UPDATE catalog.products SET active = false WHERE sku = %s", sku)
    eventually(lambda: quoted_price(system, sku), lambda price: price is None, what="the end of sale")
    assert post(system, str(uuid.uuid4()), body)[0] == 400
    assert post(system, key, body) == first


def test_a_repeat_after_the_stock_ran_out_returns_the_stored_order(system):
    (sku,), key = system.own_products(), str(uuid.uuid4())
    body = {**BODY, "lines": [{"sku": sku, "quantity": 1}]}
    first = post(system, key, body)
    system.adjust_stock(sku, availableCount=0)
    status, problem = post(system, str(uuid.uuid4()), body)
    assert status == 400 and "STOCK_SHORT" in str(problem["details"])
    assert post(system, key, body) == first


@pytest.mark.parametrize("how", ["http", "grpc"])
def test_fifty_equal_requests_at_once_are_one_order(system, how):
    key, barrier, answers = str(uuid.uuid4()), threading.Barrier(50), []

    def call():
        if how == "http":
            barrier.wait()
            answers.append(post(system, key, BODY)[1]["id"])
            return
        with grpc.insecure_channel(system.endpoints["gateway"], [("grpc.use_local_subchannel_pool", 1)]) as channel:
            grpc.channel_ready_future(channel).result(10)
            stub = system.protos.orders_grpc.OrderServiceStub(channel)
            request = system.order_request(("SKU-0500", 1), customer="CUST-0010", request_id=key)
            barrier.wait()
            answers.append(stub.CreateOrder(request, timeout=5).id)

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 50 and len(set(answers)) == 1
    assert system.sql("SELECT count(*) FROM orders.orders WHERE request_id = %s", key) == [(1,)]
