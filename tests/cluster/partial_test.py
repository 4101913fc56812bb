"""With a dependency away, what does not need it is served, through the edge and by the pods that are there."""

import contextlib
import json
import urllib.error

from kubernetes import is_ready
from orders import cancel_order, place_order, read, read_order
from symptoms import Symptoms, eventually


@contextlib.contextmanager
def without(namespace, component):
    """With no replica of a Deployment."""
    namespace.kubectl("scale", f"deployment/ordermesh-{component}", "--replicas=0")
    try:
        namespace.wait_for_ending_pods()
        yield
    finally:
        namespace.kubectl("scale", f"deployment/ordermesh-{component}", "--replicas=1")
        namespace.kubectl("rollout", "status", f"deployment/ordermesh-{component}", "--timeout=90s")


def refusal(namespace):
    """What the edge says of a new order."""
    try:
        place_order(namespace)
    except urllib.error.HTTPError as refused:
        problem = json.load(refused)
        return problem["status"], problem["type"].rpartition(":")[2]
    return None


def served(call):
    try:
        return call()
    except urllib.error.HTTPError:
        return None


def assert_all_but_intake_is_served(namespace, key, order, other):
    assert refusal(namespace) == (503, "VALIDATION_UNAVAILABLE")
    assert read_order(namespace, order)["id"] == order
    assert order in read(namespace, "orders?pageSize=100")
    assert cancel_order(namespace, other) == "ORDER_STATE_CANCELLED"
    assert place_order(namespace, key=key) == order, "a repeat has its stored order"


def test_without_validators_orders_are_read_cancelled_and_repeated(release, namespace):
    symptoms = Symptoms(namespace)
    key = f"partial-{release.revision()}-{symptoms.newest('gateway')}"
    order, other, third = place_order(namespace, key=key), place_order(namespace), place_order(namespace)
    gateway = symptoms.newest("gateway")
    with without(namespace, "validation"):
        eventually(lambda: '"validation":"failing"' in symptoms.readyz(gateway, 51051))
        assert symptoms.row(gateway) == ("1/1", "Running")
        assert_all_but_intake_is_served(namespace, key, order, other)

        # A gateway that starts now finds no validator either; it waits a while for one, and then serves the rest.
        namespace.kubectl("delete", "pod", gateway)
        eventually(lambda: all(is_ready(pod) for pod in namespace.pods("gateway")) and namespace.pods("gateway"))
        eventually(lambda: served(lambda: read_order(namespace, order)))
        assert_all_but_intake_is_served(namespace, key, order, third)
    assert eventually(lambda: served(lambda: place_order(namespace)))
