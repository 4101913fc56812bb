"""One order's whole way, asserted field by field: over Envoy and over gRPC, and its cancellation."""

import re
import uuid

import pytest

from system import eventually, minor

UUID7 = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def create_by_http(system, sku, quantity, key):
    body = {"customerId": "CUST-0002", "lines": [{"sku": sku, "quantity": quantity}], "note": "ring twice"}
    trace = {"idempotency-key": key, "traceparent": TRACEPARENT}
    status, headers, order = system.http("POST", "/v1/orders", body, trace)
    assert (status, headers["content-type"]) == (200, "application/json")
    return order


def create_by_grpc(system, sku, quantity, key):
    request = system.order_request((sku, quantity), customer="CUST-0002", request_id=key, note="ring twice")
    return system.as_json(system.orders.CreateOrder(request, timeout=5, metadata=[("traceparent", TRACEPARENT)]))


TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"


@pytest.mark.parametrize("create", [create_by_http, create_by_grpc])
def test_an_order_goes_end_to_end(system, create):
    sku, quantity = ("SKU-0123", 3) if create is create_by_http else ("SKU-0124", 4)
    ((product_id, name, price),) = system.sql(
        "SELECT id::text, name, price_minor FROM catalog.products WHERE sku = %s", sku)
    available, reserved = system.stock(sku)
    sold = system.sales(sku)

    order = create(system, sku, quantity, str(uuid.uuid4()))

    # The answer.
    money = {"currencyCode": "EUR", "units": str(price // 100), "nanos": price % 100 * 10_000_000}
    total = price * quantity
    assert UUID7.match(order["id"])
    assert order["customerId"] == "CUST-0002"
    assert order["contact"] == {"email": "customer0002@example.com"}
    assert (order["state"], order["note"]) == ("ORDER_STATE_ACCEPTED", "ring twice")
    (line,) = order["lines"]
    assert (line["sku"], line["quantity"], line["productId"], line["name"]) == (sku, quantity, product_id, name)
    assert {"currencyCode": "EUR", "units": "0", "nanos": 0} | line["unitPrice"] == money
    assert int(order["total"].get("units", 0)) * 100 + order["total"].get("nanos", 0) // 10_000_000 == total
    assert order["createTime"] == order["updateTime"] and order["etag"]

    # The database.
    assert system.sql(
        "SELECT customer_id, state, total_minor, currency, contact_email, note, version FROM orders.orders WHERE id = %s",
        order["id"]) == [("CUST-0002", 1, total, "EUR", "customer0002@example.com", "ring twice", 1)]
    assert system.sql("SELECT line, product_id::text, sku, name, quantity, unit_price_minor FROM orders.lines"
                      " WHERE order_id = %s", order["id"]) == [(1, product_id, sku, name, quantity, price)]
    assert system.stock(sku) == (available - quantity, reserved + quantity)

    # The e-mail.
    (mail,) = eventually(lambda: system.mails(order["id"]), what="the e-mail")
    assert mail["to"] == ["customer0002@example.com"]
    assert order["id"] in mail["text"] and name in mail["text"]
    (sent,) = eventually(
        lambda: list(system.notifications.ListNotifications(
            system.protos.notifications.ListNotificationsRequest(order_id=order["id"]), timeout=5).notifications),
        lambda notifications: notifications and notifications[0].state == 2, what="the mark SENT")
    assert (sent.channel, sent.attempts, sent.event_type) == (1, 1, "ordermesh.order.accepted.v1")

    # The event on Kafka: no personal data, and the client's trace.
    ((headers, event),) = eventually(lambda: system.kafka_events(order["id"]), what="the record on Kafka")
    assert headers["ce_type"] == "ordermesh.order.accepted.v1"
    assert headers["ce_specversion"] == "1.0" and headers["ce_source"] == "/ordermesh/orders"
    assert headers["ce_id"] == sent.event_id
    assert headers["traceparent"].split("-")[1] == TRACE_ID
    assert (event.order_id, event.order_version, event.customer_id) == (order["id"], 1, "CUST-0002")
    assert minor(event.total) == total
    assert b"example.com" not in event.SerializeToString() and b"ring twice" not in event.SerializeToString()

    # The sales figure.
    eventually(lambda: system.sales(sku), lambda sales: sales == {
        **sold, "orders": sold["orders"] + 1, "units": sold["units"] + quantity, "revenue": sold["revenue"] + total},
        what="the sales figure")


def test_a_cancelled_order_gives_back_its_stock_and_corrects_the_sales(system):
    sku, before = "SKU-0130", system.stock("SKU-0130")
    order = system.place((sku, 5), customer="CUST-0003")
    ((price,),) = system.sql("SELECT price_minor FROM catalog.products WHERE sku = %s", sku)
    eventually(lambda: system.sales(sku)["units"] >= 5, what="the sales figure")

    status, _, cancelled = system.http("POST", f"/v1/orders/{order['id']}:cancel", {"etag": order["etag"]})
    assert (status, cancelled["state"]) == (200, "ORDER_STATE_CANCELLED")
    assert cancelled["etag"] != order["etag"] and cancelled["updateTime"] >= order["updateTime"]
    assert system.stock(sku) == before

    again = system.http("POST", f"/v1/orders/{order['id']}:cancel", {})
    assert (again[0], again[2]) == (200, cancelled), "cancelling a cancelled order changes nothing"
    assert system.stock(sku) == before

    mails = eventually(lambda: system.mails(order["id"]), lambda mails: len(mails) == 2, what="the second e-mail")
    assert "cancel" in mails[1]["subject"].lower() and "cancel" not in mails[0]["subject"].lower()
    eventually(lambda: system.sales(sku), lambda sales: sales["cancelled_units"] == 5, what="the corrected figure")
    sales = system.sales(sku)
    assert (sales["units"], sales["cancelled_orders"], sales["cancelled_revenue"]) == (5, 1, 5 * price)


def test_an_order_is_paid_shipped_and_delivered(system):
    sku = "SKU-0131"
    available, reserved = system.stock(sku)
    order = system.place((sku, 4), customer="CUST-0003")
    stocks = {"pay": (available - 4, reserved + 4), "ship": (available - 4, reserved), "deliver": (available - 4, reserved)}
    seen = [order]
    for move, stock in stocks.items():
        status, _, moved = system.http(
            "POST", f"/v1/orders/{order['id']}:{move}", {"etag": seen[-1]["etag"]}, face="operators")
        assert status == 200, moved
        assert moved["updateTime"] != seen[-1]["updateTime"] and moved["etag"] != seen[-1]["etag"]
        assert system.stock(sku) == stock
        seen.append(moved)
    assert [order["state"] for order in seen] == [
        f"ORDER_STATE_{name}" for name in ("ACCEPTED", "PAID", "SHIPPED", "DELIVERED")]
    for move in stocks:
        again = system.http("POST", f"/v1/orders/{order['id']}:{move}", {"etag": order["etag"]}, face="operators")
        assert (again[0], again[2]) == (200, seen[-1]), "what was done is not done again"
    status, _, refused = system.http("POST", f"/v1/orders/{order['id']}:cancel", {})
    assert (status, refused["type"]) == (400, "urn:ordermesh:problem:ORDER_STATE_FORBIDS")

    events = eventually(lambda: system.kafka_events(order["id"]), lambda events: len(events) == 4, what="the records on Kafka")
    assert [headers["ce_type"] for headers, _ in events] == [
        f"ordermesh.order.{name}.v1" for name in ("accepted", "paid", "shipped", "delivered")]
    assert [(event.previous_order_version, event.order_version) for _, event in events] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert [event.update_time.ToJsonString() for _, event in events] == [order["updateTime"] for order in seen]
    assert {event.caller for _, event in events} == {"default"}


def test_a_paid_shipped_and_delivered_order_is_mailed_and_counted(system):
    sku = "SKU-0133"
    available, reserved = system.stock(sku)
    sold = system.sales(sku)
    order = system.place((sku, 4), customer="CUST-0004")
    ((price,),) = system.sql("SELECT price_minor FROM catalog.products WHERE sku = %s", sku)
    for verb, state in (("pay", "PAID"), ("ship", "SHIPPED"), ("deliver", "DELIVERED")):
        status, _, order = system.http("POST", f"/v1/orders/{order['id']}:{verb}", {"etag": order["etag"]}, face="operators")
        assert (status, order.get("state")) == (200, f"ORDER_STATE_{state}"), order
    assert system.stock(sku) == (available - 4, reserved), "what was shipped is reserved no longer"

    mails = eventually(lambda: system.mails(order["id"]), lambda mails: len(mails) == 4, what="the e-mails")
    for mail, word in zip(mails[1:], ("payment", "on its way", "delivered")):
        assert word in mail["subject"] and mail["to"] == ["customer0004@example.com"]
    added = {"orders": 1, "units": 4, "revenue": 4 * price}
    expected = sold | {kind + what: sold[kind + what] + more for kind in ("", "paid_", "shipped_") for what, more in added.items()}
    eventually(lambda: system.sales(sku), lambda sales: sales == expected, what="the figures")


def test_who_wants_no_updates_is_mailed_of_the_beginning_and_the_end(system):
    system.change("UPDATE catalog.customers SET order_updates = false WHERE id = 'CUST-0005'")
    order = system.place(("SKU-0132", 1), customer="CUST-0005")
    for verb, face in (("pay", "operators"), ("cancel", "http")):
        status, _, answer = system.http("POST", f"/v1/orders/{order['id']}:{verb}", {}, face=face)
        assert status == 200, answer
    request = system.protos.notifications.ListNotificationsRequest(order_id=order["id"])
    notifications = eventually(
        lambda: list(system.notifications.ListNotifications(request, timeout=5).notifications),
        lambda found: [each.state for each in found] == [2, 3, 2], what="the notifications")
    assert [each.last_error for each in notifications] == ["", "unwanted", ""]
    assert [mail["subject"] for mail in system.mails(order["id"])] == [
        f"Your order {order['id']}", f"Your order {order['id']} is cancelled"]  # fmt: skip


def test_an_order_is_read_listed_and_watched(system):
    customer = "CUST-0777"
    orders = [system.place(("SKU-0140", n), customer=customer) for n in (1, 2, 3)]
    assert system.http("GET", f"/v1/orders/{orders[0]['id']}")[2] == orders[0]

    status, _, page = system.http("GET", f"/v1/customers/{customer}/orders?pageSize=2&showTotalSize=true")
    assert status == 200 and page["totalSize"] == 3
    assert [order["id"] for order in page["orders"]] == [orders[2]["id"], orders[1]["id"]]
    rest = system.http("GET", f"/v1/orders?customer_id={customer}&page_size=2&page_token={page['nextPageToken']}")[2]
    assert [order["id"] for order in rest["orders"]] == [orders[0]["id"]] and not rest.get("nextPageToken")

    watch = system.orders.WatchOrder(system.protos.orders.WatchOrderRequest(id=orders[0]["id"]), timeout=10)
    assert next(watch).state == 1
    system.http("POST", f"/v1/orders/{orders[0]['id']}:cancel", {})
    assert next(watch).state == 2
    assert list(watch) == [], "a cancelled order can change no more: the watch ends"


def test_the_largest_orders_are_listed_in_pages_that_fit_a_message(system):
    """50 orders with 100 of the longest lines are more than the 4 MiB that a message of gRPC may have."""
    skus, customer = system.own_products(100), "CUST-0770"
    lines = [(sku, 1) for sku in skus]
    system.change("UPDATE catalog.products SET name = repeat(%s, 200) WHERE sku = ANY (%s)", "\N{GRINNING FACE}", skus)
    eventually(lambda: {len(line["name"]) for line in system.place(*lines)["lines"]}, lambda names: names == {200},
               what="a validator that has seen the names")
    placed = [system.place(*lines, customer=customer)["id"] for _ in range(50)]

    listed, token, pages = [], "", 0
    while token or not pages:
        status, headers, page = system.http("GET", f"/v1/customers/{customer}/orders?pageSize=100&pageToken={token}")
        assert status == 200, page
        assert int(headers["content-length"]) < 4 << 20
        listed += [order["id"] for order in page["orders"]]
        token, pages = page["nextPageToken"], pages + 1
    assert listed == placed[::-1]
    assert 5 <= pages <= 6  # of 1 MiB each


def test_another_callers_order_is_not_found(system):
    request = system.order_request(("SKU-0141", 1))
    order = system.orders.CreateOrder(request, timeout=5, metadata=[("x-ordermesh-caller", "somebody")])
    assert system.http("GET", f"/v1/orders/{order.id}")[0] == 404
