"""Customers over HTTP and gRPC: added, changed, listed, erased; and what that means for their orders, their events and
whoever looks for what is left of them."""

import uuid

import grpc
import pytest

from system import eventually


def customers(system, method, path="", body=None, headers=None):
    """(status, answer) of the operators' port."""
    status, _, answer = system.http(method, f"/v1/customers{path}", body, headers, face="operators")
    return status, answer


def reason(problem):
    return problem["type"].rsplit(":", 1)[-1]


def add(system, **fields):
    """A new customer, as HTTP answers it."""
    status, customer = customers(system, "POST", "", {"id": f"E2E-{uuid.uuid4()}", "name": "Ada Lovelace", **fields})
    assert status == 200, customer
    return customer


def ordered(system, customer_id):
    """The rule that keeps the customer from ordering; None when an order would be taken."""
    body = {"customerId": customer_id, "lines": [{"sku": "SKU-0300", "quantity": 1}]}
    status, _, answer = system.http("POST", "/v1/orders?validateOnly=true", body)
    return None if status == 200 else answer["details"][1]["fieldViolations"][0]["reason"]


def test_a_customer_is_added_read_changed_and_erased_by_http(system):
    customer = add(system, email="ada@example.com")
    path = "/" + customer["id"]
    assert customer == {
        "id": customer["id"], "name": "Ada Lovelace", "email": "ada@example.com", "active": True, "orderUpdates": True,
        "createTime": customer["createTime"], "updateTime": customer["createTime"], "etag": customer["etag"]}
    assert customers(system, "GET", path) == (200, customer)

    # Without a mask what is set is changed; with one what it names.
    status, changed = customers(system, "PATCH", path, {"email": "countess@example.com", "etag": customer["etag"]})
    assert status == 200, changed
    assert (changed["name"], changed["email"]) == ("Ada Lovelace", "countess@example.com")
    assert changed["etag"] != customer["etag"] and changed["updateTime"] > customer["updateTime"]
    status, masked = customers(system, "PATCH", path + "?updateMask=orderUpdates,email",
                               {"name": "not named", "orderUpdates": False})
    assert status == 200, masked
    assert (masked["name"], masked["email"], masked["orderUpdates"]) == ("Ada Lovelace", "", False)
    assert customers(system, "PATCH", path, {"orderUpdates": False}) == (200, masked), "a change to what it is is none"

    status, problem = customers(system, "PATCH", path, {"name": "Eve", "etag": customer["etag"]})
    assert (status, reason(problem)) == (409, "ETAG_STALE")
    status, problem = customers(system, "DELETE", f"{path}?etag={customer['etag']}")
    assert (status, reason(problem)) == (409, "ETAG_STALE")

    status, erased = customers(system, "DELETE", f"{path}?etag={masked['etag']}")
    assert status == 200, erased
    assert {name: erased[name] for name in ("name", "email", "active", "orderUpdates")} == {
        "name": "", "email": "", "active": False, "orderUpdates": False}
    assert erased["deleteTime"] > masked["updateTime"]
    assert customers(system, "GET", path) == (200, erased)
    assert customers(system, "DELETE", path) == (200, erased), "deleted already"
    status, problem = customers(system, "PATCH", path, {"name": "Back"})
    assert (status, reason(problem)) == (400, "CUSTOMER_DELETED")
    status, problem = customers(system, "POST", "", {"id": customer["id"], "name": "Back"})
    assert (status, reason(problem)) == (409, "CUSTOMER_ID_TAKEN")


def test_a_customer_is_added_read_changed_and_erased_by_grpc(system):
    protos, service = system.protos.customers, system.customers
    request = protos.CreateCustomerRequest(customer={"name": "Grace Hopper"}, request_id=str(uuid.uuid4()))
    customer = service.CreateCustomer(request, timeout=5)
    assert uuid.UUID(customer.id).version == 7 and customer.active and customer.order_updates
    assert service.CreateCustomer(request, timeout=5) == customer, "a repeat is not a second customer"
    request.customer.email = "grace@example.com"
    with pytest.raises(grpc.RpcError) as refused:
        service.CreateCustomer(request, timeout=5)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT

    update = protos.UpdateCustomerRequest(
        customer={"id": customer.id, "name": "Rear Admiral Hopper", "etag": customer.etag}, update_mask={"paths": ["*"]})
    changed = service.UpdateCustomer(update, timeout=5)
    assert (changed.name, changed.email, changed.active) == ("Rear Admiral Hopper", "", True)
    with pytest.raises(grpc.RpcError) as refused:
        service.UpdateCustomer(update, timeout=5)
    assert refused.value.code() == grpc.StatusCode.ABORTED
    assert service.GetCustomer(protos.GetCustomerRequest(id=customer.id), timeout=5) == changed
    erased = service.DeleteCustomer(protos.DeleteCustomerRequest(id=customer.id), timeout=5)
    assert erased.name == "" and erased.HasField("delete_time")
    with pytest.raises(grpc.RpcError) as refused:
        service.GetCustomer(protos.GetCustomerRequest(id="E2E-nobody"), timeout=5)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_repeated_key_makes_one_customer(system):
    body, key = {"name": "Ada", "email": "ada@example.com"}, {"idempotency-key": str(uuid.uuid4())}
    first = customers(system, "POST", "", body, key)
    assert first[0] == 200 and customers(system, "POST", "", body, key) == first
    status, problem = customers(system, "POST", "", {**body, "name": "Eve"}, key)
    assert (status, reason(problem)) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_a_wrong_customer_is_refused_with_all_that_is_wrong(system):
    status, problem = customers(system, "POST", "", {"id": "a b", "name": "", "email": "nobody"})
    assert (status, reason(problem)) == (400, "CUSTOMER_INVALID")
    assert [(violation["field"], violation["reason"]) for violation in problem["details"][1]["fieldViolations"]] == [
        ("id", "CUSTOMER_ID_MALFORMED"), ("name", "FIELD_REQUIRED"), ("email", "EMAIL_MALFORMED")]
    path = "/" + add(system)["id"]
    status, problem = customers(system, "PATCH", path + "?updateMask=id,etag,nothing", {"name": "Ada"})
    assert (status, reason(problem)) == (400, "UPDATE_MASK_INVALID")
    assert len(problem["details"][1]["fieldViolations"]) == 3
    status, problem = customers(system, "GET", "/E2E-nobody")
    assert (status, reason(problem)) == (404, "CUSTOMER_NOT_FOUND")


def test_customers_are_listed_by_every_filter(system):
    tag = uuid.uuid4().hex[:12]
    added = [add(system, id=f"L-{tag}-{n}", name=f"{'LIST' if n % 2 else 'list'} {tag} {n}", email=f"{tag}@example.com",
                 active=n != 3) for n in range(5)]
    customers(system, "DELETE", f"/L-{tag}-4")

    def listed(query):
        status, page = customers(system, "GET", "?" + query)
        assert status == 200, page
        return [customer["id"].removeprefix(f"L-{tag}-") for customer in page["customers"]]

    assert listed(f"email={tag}@example.com") == ["0", "1", "2", "3"]
    assert listed(f"email={tag}@example.com&active=false") == ["3"]
    assert listed(f"namePrefix=List%20{tag}") == ["0", "1", "2", "3"]
    assert listed(f"namePrefix=LIST%20{tag}%202") == ["2"]
    since = f"updateTimeFrom={added[2]['updateTime']}"
    assert listed(since + "&pageSize=100")[:2] == ["2", "3"]
    assert listed(since + "&pageSize=100&showDeleted=true")[-1] == "4"
    assert "4" not in listed(since + "&pageSize=100")

    # Page by page, with the number of them all.
    seen, token = [], ""
    while token or not seen:
        status, page = customers(
            system, "GET", f"?namePrefix=list%20{tag}&pageSize=3&showTotalSize=true&pageToken={token}")
        assert (status, page["totalSize"]) == (200, 4)
        seen += [customer["id"] for customer in page["customers"]]
        token = page["nextPageToken"]
    assert seen == [customer["id"] for customer in added[:4]]
    status, problem = customers(system, "GET", f"?active=true&pageToken={'x' * 20}")
    assert (status, reason(problem)) == (400, "PAGE_TOKEN_INVALID")


def test_a_new_customer_can_order_and_a_deleted_one_cannot(system):
    customer = add(system, email="ada@example.com")
    eventually(lambda: ordered(system, customer["id"]), lambda rule: rule is None, what="a validator that knows her")
    order = system.place(("SKU-0300", 1), customer=customer["id"])
    assert order["contact"] == {"email": "ada@example.com"}

    customers(system, "PATCH", "/" + customer["id"], {"active": False})
    eventually(lambda: ordered(system, customer["id"]), lambda rule: rule == "CUSTOMER_UNKNOWN", what="the refusal")
    customers(system, "PATCH", "/" + customer["id"], {"active": True})
    eventually(lambda: ordered(system, customer["id"]), lambda rule: rule is None, what="orders again")
    customers(system, "DELETE", "/" + customer["id"])
    eventually(lambda: ordered(system, customer["id"]), lambda rule: rule == "CUSTOMER_UNKNOWN", what="the refusal")

    # What was accepted stays, and its way goes on.
    assert system.http("GET", f"/v1/orders/{order['id']}")[2] == order
    for face in ("http", "operators"):
        status, _, page = system.http("GET", f"/v1/customers/{customer['id']}/orders", face=face)
        assert (status, [listed["id"] for listed in page["orders"]]) == (200, [order["id"]])
    assert system.http("POST", f"/v1/orders/{order['id']}:cancel", {})[0] == 200


def test_customers_are_the_operators_alone(system):
    path = "/v1/customers/" + add(system)["id"]
    for method, at, body in (("GET", path, None), ("GET", "/v1/customers", None), ("POST", "/v1/customers", {"name": "Eve"}),
                             ("PATCH", path, {"name": "Eve"}), ("DELETE", path, None)):
        status, _, problem = system.http(method, at, body)
        assert (status, reason(problem)) == (404, "UNKNOWN_PATH"), (method, at)
    status, problem = customers(system, "PUT", path.removeprefix("/v1/customers"), {"name": "Eve"})
    assert (status, reason(problem)) == (405, "METHOD_NOT_ALLOWED")


def test_each_change_is_an_event_with_the_whole_customer(system):
    customer = add(system, email="ada@example.com")
    path = "/" + customer["id"]
    customers(system, "PATCH", path, {"name": "Countess"})
    customers(system, "PATCH", path, {"name": "Countess"})  # none
    _, erased = customers(system, "DELETE", path)
    told = eventually(lambda: system.catalog_events(customer["id"]), lambda told: len(told) == 3, what="the records on Kafka")
    assert [event.version for _, event in told] == [1, 2, 3]
    assert {headers["ce_type"] for headers, _ in told} == {"ordermesh.catalog.customer_changed.v1"}
    assert {headers["ce_source"] for headers, _ in told} == {"/ordermesh/catalog"}
    states = [system.as_json(event.customer) for _, event in told]
    assert states[0] == customer
    assert (states[1]["name"], states[1]["email"]) == ("Countess", "ada@example.com")
    assert states[2].get("deleteTime") == erased["deleteTime"] and not states[2].get("name")


def test_nothing_is_left_of_an_erased_customer_where_the_page_says_so(system):
    """docs/privacy.md says where personal data are, and for how long."""
    name, email = f"Canary {uuid.uuid4().hex}", f"canary.{uuid.uuid4().hex}@example.com"
    customer = add(system, name=name, email=email)
    assert system.sql("SELECT name, email FROM catalog.customers WHERE id = %s", customer["id"]) == [(name, email)]
    eventually(lambda: ordered(system, customer["id"]), lambda rule: rule is None, what="a validator that knows her")
    order = system.place(("SKU-0301", 1), customer=customer["id"])
    eventually(lambda: system.mails(order["id"]), what="the e-mail")
    for query in (f"email={email}", f"namePrefix={name.replace(' ', '%20')}"):
        assert [listed["id"] for listed in customers(system, "GET", "?" + query)[1]["customers"]] == [customer["id"]]
    customers(system, "DELETE", "/" + customer["id"])

    def found(table):
        rows = system.sql(f"SELECT to_jsonb(t)::text FROM {table} t")
        return any(canary in row for (row,) in rows for canary in (name, email))

    for table in ("catalog.customers", "catalog.requests", "notifications.notifications", "notifications.dead_letters",
                  "orders.outbox", "orders.outbox_dead"):
        assert not found(table), table
    assert system.sql("SELECT octet_length(fingerprint) FROM catalog.requests WHERE target = %s", customer["id"]) == [(0,)]
    # What remains: the order's own address.
    assert system.sql("SELECT customer_id, contact_email FROM orders.orders WHERE id = %s", order["id"]) == [
        (customer["id"], email)]
    for file, text in system.logs().items():
        if "/kafka/data/catalog.events-" not in file:  # the topic keeps its records until they are old
            assert name not in text and email not in text, file
    for process in system.endpoints["metrics"]:
        assert email not in system.metrics_text(process), process
