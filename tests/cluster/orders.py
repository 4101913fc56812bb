"""An order through the edge, as a user's first one."""

import json
import urllib.error
import urllib.request
import uuid

from kubernetes import CommandFailed


def edge_port(namespace):
    return namespace.get("service", "ordermesh-envoy")["spec"]["ports"][0]["nodePort"]


def place_order(namespace, lines=1, key=None):
    """Its id. The same key gives the same order."""
    order = {"customerId": "CUST-0001", "lines": [{"sku": f"SKU-{number:04}", "quantity": 1} for number in range(1, lines + 1)]}
    request = urllib.request.Request(
        url(namespace, "orders"), data=json.dumps(order).encode(),
        headers={"content-type": "application/json", "idempotency-key": key or str(uuid.uuid4())})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["id"]


def cancel_order(namespace, order):
    """Its state after that."""
    request = urllib.request.Request(url(namespace, f"orders/{order}:cancel"), data=b"{}", headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["state"]


def read_order(namespace, order):
    return json.loads(read(namespace, f"orders/{order}"))


def read(namespace, what):
    with urllib.request.urlopen(url(namespace, what), timeout=10) as answer:
        return answer.read().decode()


def read_if_served(namespace, what):
    """At the operators' port. Empty while the edge knows no server for it; DNS tells it some seconds after the first is ready."""
    service = f"/api/v1/namespaces/{namespace.name}/services/http:ordermesh-envoy-operators:8081"
    try:
        return namespace.kubectl("get", "--raw", f"{service}/proxy/v1/{what}")
    except CommandFailed as refused:
        assert "unable to handle the request" in str(refused), refused  # 503
        return ""


def url(namespace, what):
    """Of something that the edge serves: `orders`."""
    return f"http://{namespace.node_address()}:{edge_port(namespace)}/v1/{what}"
