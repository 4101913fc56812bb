"""An order through the edge, as a user's first one."""

import json
import urllib.request
import uuid


def edge_port(namespace):
    return namespace.get("service", "ordermesh-envoy")["spec"]["ports"][0]["nodePort"]


def place_order(namespace):
    """Its id."""
    order = {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 1}]}
    request = urllib.request.Request(
        _orders(namespace), data=json.dumps(order).encode(),
        headers={"content-type": "application/json", "idempotency-key": str(uuid.uuid4())})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["id"]


def read_order(namespace, order):
    with urllib.request.urlopen(f"{_orders(namespace)}/{order}", timeout=10) as answer:
        return json.load(answer)


def _orders(namespace):
    return f"http://{namespace.node_address()}:{edge_port(namespace)}/v1/orders"
