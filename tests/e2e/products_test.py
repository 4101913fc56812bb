"""Products, from the shop's first sight of one to its last: over Envoy and over gRPC, in orders, and on Kafka."""

import uuid

import grpc
import pytest
from google.protobuf import field_mask_pb2

from system import eventually

EUR_12_50 = {"currencyCode": "EUR", "units": "12", "nanos": 500_000_000}


def a_product(sku=None, **more):
    return {"sku": sku or f"E2E-{uuid.uuid4()}", "name": "Stool", "category": "Kitchen", "brand": "Norwick",
            "price": EUR_12_50, "attributes": {"legs": "3"}, **more}


def send(system, method, path, body=None, key=None):
    """(status, answer) of the operators' port."""
    status, _, answer = system.http(method, path, body, {"idempotency-key": key} if key else None, face="operators")
    return status, answer


def created(system, **fields):
    status, product = send(system, "POST", "/v1/products", a_product(**fields), str(uuid.uuid4()))
    assert status == 200, product
    return product


def reason(problem):
    return problem["type"].removeprefix("urn:ordermesh:problem:")


def order_problem(system, sku):
    """The rule that an order of one such product breaks; None: it is accepted."""
    status, _, answer = system.http(
        "POST", "/v1/orders", {"customerId": "CUST-0001", "lines": [{"sku": sku, "quantity": 1}]},
        {"idempotency-key": str(uuid.uuid4())})
    if status == 200:
        return None
    assert status == 400, answer
    (detail,) = [detail for detail in answer["details"] if detail["@type"].endswith("PreconditionFailure")]
    (violation,) = detail["violations"]
    return violation["type"]


def becomes(system, sku, problem):
    eventually(lambda: order_problem(system, sku), lambda now: now == problem, what=f"{problem} of an order")


def with_stock(system, product):
    system.change("UPDATE catalog.stock SET available = 1000 WHERE product_id = %s", product["id"])


def test_a_product_is_created_once_and_read_by_its_id_and_its_sku(system):
    body, key = a_product(description="Three legs.\nOak."), str(uuid.uuid4())
    status, product = send(system, "POST", "/v1/products", body, key)
    assert status == 200
    assert {name: product[name] for name in body} == body
    assert product["active"] is True
    assert product["createTime"] == product["updateTime"] and product["etag"] and "deleteTime" not in product
    assert send(system, "POST", "/v1/products", body, key) == (200, product)
    for path in (f"/v1/products/{product['id']}", f"/v1/products/sku/{product['sku']}"):
        assert system.http("GET", path)[::2] == (200, product), "the shop's port reads products, too"
        assert system.http("HEAD", path)[0] == 200
    status, _, batch = system.http("GET", f"/v1/products:batchGet?skus={product['sku']}&ids={product['id']}&skus=SKU-0001")
    assert status == 200
    assert [found["sku"] for found in batch["products"]] == [product["sku"], "SKU-0001"]
    assert system.sql("SELECT available, reserved FROM catalog.stock WHERE product_id = %s", product["id"]) == [(0, 0)]


def test_a_shop_may_not_change_products(system):
    sku = f"E2E-{uuid.uuid4()}"
    assert system.http("POST", "/v1/products", a_product(sku))[0] == 405
    assert system.http("PATCH", "/v1/products/sku/SKU-0001", {"name": "mine"})[0] == 405
    assert system.http("DELETE", "/v1/products/sku/SKU-0001")[0] == 405
    assert system.http("GET", f"/v1/products/sku/{sku}")[0] == 404


def test_orders_follow_what_becomes_of_a_product(system):
    """Validation reads the catalogue by itself, within a second or so."""
    product = created(system)
    sku, path = product["sku"], f"/v1/products/{product['id']}"
    becomes(system, sku, "STOCK_SHORT")  # known; its stock is zero
    with_stock(system, product)
    becomes(system, sku, None)

    assert send(system, "PATCH", path, {"active": False})[0] == 200
    becomes(system, sku, "PRODUCT_NOT_FOR_SALE")
    assert send(system, "PATCH", path, {"active": True})[0] == 200
    becomes(system, sku, None)

    status, deleted = send(system, "DELETE", path)
    assert status == 200 and deleted["deleteTime"]
    becomes(system, sku, "PRODUCT_NOT_FOR_SALE")
    assert send(system, "POST", f"{path}:undelete", {})[0] == 200
    becomes(system, sku, None)

    price = {"currencyCode": "EUR", "units": "99", "nanos": 0}
    assert send(system, "PATCH", path, {"price": price, "name": "Throne"})[0] == 200
    eventually(lambda: system.place((sku, 1))["lines"][0], lambda line: (line["name"], line["unitPrice"]) == ("Throne", price),
               what="an order with the new name and price")


def test_an_update_changes_what_its_mask_names(system):
    product = created(system, description="old")
    path = f"/v1/products/{product['id']}"
    status, renamed = send(system, "PATCH", path, {"name": "Throne", "etag": product["etag"]})
    assert status == 200
    assert renamed == product | {"name": "Throne", "etag": renamed["etag"], "updateTime": renamed["updateTime"]}
    assert renamed["etag"] != product["etag"] and renamed["updateTime"] > product["updateTime"]

    status, problem = send(system, "PATCH", path, {"name": "Chair", "etag": product["etag"]})
    assert (status, reason(problem)) == (409, "ETAG_STALE")
    assert send(system, "PATCH", path, {"name": "Throne"}) == (200, renamed), "what changes nothing is no change"

    for same in (path, f"/v1/products/sku/{product['sku']}"):
        assert send(system, "PATCH", same, renamed) == (200, renamed), "what was read may be sent as it is"
    status, _ = send(system, "PATCH", f"/v1/products/sku/{product['sku']}", {"id": str(uuid.uuid4()), "name": "x"})
    assert status == 404, "the id says which, and then the SKU has to be its own"
    status, problem = send(system, "PATCH", "/v1/products/sku/SKU-0001", {"id": product["id"], "name": "x"})
    assert (status, reason(problem)) == (400, "PRODUCT_INVALID")

    status, emptied = send(system, "PATCH", f"{path}?updateMask=description,attributes", {"name": "not named"})
    assert status == 200
    assert (emptied["name"], emptied["description"], emptied["attributes"]) == ("Throne", "", {})
    status, replaced = send(system, "PATCH", f"/v1/products/sku/{product['sku']}?updateMask=*",
                            {"name": "Bench", "price": EUR_12_50})
    assert status == 200
    assert (replaced["name"], replaced["category"], replaced["brand"], replaced["active"]) == ("Bench", "", "", True)
    assert (replaced["sku"], replaced["id"]) == (product["sku"], product["id"])

    status, problem = send(system, "PATCH", f"{path}?updateMask=sku,name,colour", {"name": "x"})
    assert (status, reason(problem)) == (400, "UPDATE_MASK_INVALID")
    (request,) = [detail for detail in problem["details"] if detail["@type"].endswith("BadRequest")]
    assert len(request["fieldViolations"]) == 2


def test_refusals_say_why(system):
    product = created(system)
    status, problem = send(system, "POST", "/v1/products", {"sku": " x", "price": EUR_12_50 | {"nanos": 1}})
    assert (status, reason(problem)) == (400, "PRODUCT_INVALID")
    (request,) = [detail for detail in problem["details"] if detail["@type"].endswith("BadRequest")]
    assert [(violation["field"], violation["reason"]) for violation in request["fieldViolations"]] == [
        ("sku", "SKU_HAS_BLANKS"), ("name", "FIELD_REQUIRED"), ("price", "PRICE_MALFORMED")]

    key = str(uuid.uuid4())
    status, problem = send(system, "POST", "/v1/products", a_product(product["sku"]), key)
    assert (status, reason(problem)) == (409, "SKU_TAKEN")
    assert send(system, "POST", "/v1/products", a_product(), key)[0] == 200
    status, problem = send(system, "POST", "/v1/products", a_product(), key)
    assert (status, reason(problem)) == (422, "IDEMPOTENCY_KEY_REUSED")

    status, problem = send(system, "GET", f"/v1/products/{uuid.uuid4()}")
    assert (status, reason(problem)) == (404, "PRODUCT_NOT_FOUND")
    assert send(system, "DELETE", f"/v1/products/sku/{product['sku']}")[0] == 200
    status, problem = send(system, "PATCH", f"/v1/products/{product['id']}", {"name": "x"})
    assert (status, reason(problem)) == (400, "PRODUCT_DELETED")
    status, problem = send(system, "GET", "/v1/products?orderBy=colour")
    assert (status, reason(problem)) == (400, "FILTER_MALFORMED")


def pages(system, query):
    """The SKUs of all pages of two, by the shop's port."""
    skus, token = [], ""
    while True:
        status, _, page = system.http("GET", f"/v1/products?pageSize=2&{query}&pageToken={token}")
        assert status == 200, page
        skus += [product["sku"] for product in page["products"]]
        token = page["nextPageToken"]
        if not token:
            return skus


def test_products_are_listed_by_every_order_page_by_page(system):
    brand = f"Brand {uuid.uuid4()}"
    of_brand = f"brand={brand.replace(' ', '%20')}"
    made = [created(system, brand=brand, name=name, price=EUR_12_50 | {"units": units})
            for name, units in (("b", "5"), ("C", "1"), ("a", "9"), ("d", "3"), ("B2", "7"))]
    skus = [product["sku"] for product in made]
    in_order = {"name": [2, 0, 4, 1, 3], "price": [1, 3, 0, 4, 2], "update_time": [0, 1, 2, 3, 4]}
    for order, numbers in in_order.items():
        expected = [skus[number] for number in numbers]
        assert pages(system, f"{of_brand}&orderBy={order}") == expected
        assert pages(system, f"{of_brand}&orderBy={order}%20desc") == expected[::-1]
    assert pages(system, f"{of_brand}&orderBy=sku") == sorted(skus)
    assert pages(system, f"{of_brand}&prefix=B") == [skus[0], skus[4]]
    assert pages(system, f"{of_brand}&priceFrom.currencyCode=EUR&priceFrom.units=7") == [skus[2], skus[4]]

    send(system, "DELETE", f"/v1/products/{made[0]['id']}")
    _, _, page = system.http("GET", f"/v1/products?{of_brand}&showTotalSize=true&pageSize=1&skip=1")
    assert page["totalSize"] == 4 and [product["sku"] for product in page["products"]] == [skus[4]]
    assert len(pages(system, f"{of_brand}&showDeleted=true")) == 5


def test_each_change_is_an_event_on_kafka_with_the_whole_product(system):
    product = created(system)
    path = f"/v1/products/{product['id']}"
    send(system, "PATCH", path, {"name": "Throne"})
    send(system, "PATCH", path, {"name": "Throne"})  # changes nothing
    send(system, "DELETE", path)
    _, last = send(system, "POST", f"{path}:undelete", {})

    events = eventually(lambda: system.catalog_events(product["id"]), lambda events: len(events) == 4, what="the records")
    assert [event.version for _, event in events] == [1, 2, 3, 4]
    assert [event.product.name for _, event in events] == ["Stool", "Throne", "Throne", "Throne"]
    assert [event.product.HasField("delete_time") for _, event in events] == [False, False, True, False]
    for headers, _ in events:
        assert headers["ce_type"] == "ordermesh.catalog.product_changed.v1"
        assert headers["ce_source"] == "/ordermesh/catalog"
    assert len({headers["ce_id"] for headers, _ in events}) == 4
    by_grpc = system.products.GetProduct(system.protos.products.GetProductRequest(id=product["id"]), timeout=5)
    assert events[-1][1].product == by_grpc
    assert by_grpc.etag == last["etag"]


def test_products_by_grpc(system):
    protos = system.protos.products
    sku = f"E2E-{uuid.uuid4()}"
    price = system.protos.products.Product().price.__class__(currency_code="EUR", units=5)
    product = system.products.CreateProduct(
        protos.CreateProductRequest(product=protos.Product(sku=sku, name="Stool", price=price, active=False)), timeout=5)
    assert (product.sku, product.active) == (sku, False)
    with pytest.raises(grpc.RpcError) as refusal:  # without a request id a repeat is none
        system.products.CreateProduct(
            protos.CreateProductRequest(product=protos.Product(sku=sku, name="Stool", price=price)), timeout=5)
    assert refusal.value.code() == grpc.StatusCode.ALREADY_EXISTS
    updated = system.products.UpdateProduct(protos.UpdateProductRequest(
        product=protos.Product(sku=sku, name="Bench", etag=product.etag),
        update_mask=field_mask_pb2.FieldMask(paths=["name", "active"])), timeout=5)
    assert (updated.name, updated.active, updated.id) == ("Bench", True, product.id)
    deleted = system.products.DeleteProduct(protos.DeleteProductRequest(sku=sku, etag=updated.etag), timeout=5)
    assert deleted.HasField("delete_time")
    assert system.products.DeleteProduct(protos.DeleteProductRequest(id=product.id, etag=updated.etag), timeout=5) == deleted
    back = system.products.UndeleteProduct(protos.UndeleteProductRequest(id=product.id, etag=deleted.etag), timeout=5)
    assert not back.HasField("delete_time")
    listed = system.products.ListProducts(protos.ListProductsRequest(prefix=sku.lower(), show_total_size=True), timeout=5)
    assert (list(listed.products), listed.total_size, listed.next_page_token) == ([back], 1, "")
