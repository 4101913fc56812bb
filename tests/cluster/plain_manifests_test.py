"""`kubectl apply -k` is enough, without Helm; and in what it made, which is thrown away, PostgreSQL's volume is full once:
docs/runbooks/kubernetes.md."""

import json
import pathlib
import urllib.error

import pytest

from kubernetes import CommandFailed, Namespace, component_of, is_ready
from ordermesh import service_table
from orders import place_order, read_if_served, read_order
from symptoms import IN_POSTGRES, Symptoms, eventually

K8S = pathlib.Path(__file__).resolve().parents[2] / "k8s"
OVERLAY = str(K8S / "overlays" / "dev")
WORKLOADS = (*service_table.NAMES, "envoy", "postgres", "rabbitmq", "kafka")


@pytest.fixture(scope="session")
def overlays_namespace():
    """The namespace that the overlay makes; at the end of all tests it is gone with what was in it, for which they don't wait before."""
    space = Namespace("ordermesh")
    assert space.name not in {item["metadata"]["name"] for item in space.get("namespaces")}, "somebody's own: it would be deleted"
    yield space
    space.kubectl("wait", "--for=delete", f"namespace/{space.name}", "--timeout=120s")


@pytest.fixture(scope="module")
def applied(overlays_namespace):
    overlays_namespace.kubectl("apply", "--kustomize", OVERLAY)
    yield overlays_namespace
    overlays_namespace.kubectl("delete", "--kustomize", OVERLAY, "--wait=false")


def everything_is_ready(space):
    pods = [pod for pod in space.pods() if pod["status"]["phase"] != "Succeeded"]
    return {component_of(pod) for pod in pods} == set(WORKLOADS) and all(is_ready(pod) for pod in pods)


def test_an_order_goes_through_what_was_applied(applied):
    eventually(lambda: everything_is_ready(applied), 90)
    order = eventually(lambda: accepted(applied))
    sales = "analytics/sales?groupBy=SALES_GROUP_PRODUCT"
    eventually(lambda: order in read_if_served(applied, "notifications"))
    eventually(lambda: "SKU-0001" in read_if_served(applied, sales))


def test_a_full_volume_of_postgresql_refuses_orders_and_says_so(applied):
    """On a small volume in memory, which migrate fills anew first."""
    eventually(lambda: everything_is_ready(applied), 90)
    applied.kubectl("patch", "statefulset", "ordermesh-postgres", "--type=strategic", "--patch=" + json.dumps(
        {"spec": {"template": {"spec": {
            "volumes": [{"name": "small", "emptyDir": {"medium": "Memory", "sizeLimit": "160Mi"}}],
            "containers": [{"name": "postgres", "volumeMounts": [{"mountPath": "/var/lib/postgresql/data", "name": "small"}]}]}}}}))
    applied.kubectl("rollout", "status", "statefulset/ordermesh-postgres", "--timeout=90s")
    applied.kubectl("replace", "--force", f"--filename={K8S / 'base' / 'migrate.yaml'}")
    eventually(lambda: everything_is_ready(applied), 90)

    ballast = "/var/lib/postgresql/data/ballast"
    with pytest.raises(CommandFailed, match="No space left on device"):
        applied.kubectl(*IN_POSTGRES, "sh", "-c", f"cat /dev/zero > {ballast}")
    # What is free in pages, and in PostgreSQL's own log, is used up first.
    problem = next(filter(None, (refusal(applied) for _ in range(200))), None)
    assert problem and (problem["status"], problem["type"]) == (503, "urn:ordermesh:problem:DATABASE_UNAVAILABLE")
    symptoms = Symptoms(applied)
    said = symptoms.events(symptoms.newest("gateway"), "accept_failed")[-1]
    assert said["sqlstate"] == "53100" and "No space left on device" in said["error"]
    assert "No space left on device" in applied.kubectl("logs", "ordermesh-postgres-0")
    assert symptoms.row("ordermesh-postgres-0") == ("1/1", "Running")
    applied.kubectl(*IN_POSTGRES, "rm", ballast)
    assert read_order(applied, eventually(lambda: accepted(applied)))


def refusal(space):
    """What the edge says about an order that it does not take; None when it takes it."""
    try:
        place_order(space, lines=100)
    except urllib.error.HTTPError as refused:
        return json.load(refused)
    return None


def accepted(space):
    """The id of a new order, when the edge takes it. Pods are ready, since they serve what they can, a moment before the edge
    has seen that the gateway reaches the validator."""
    try:
        return place_order(space)
    except urllib.error.HTTPError as refused:
        if refused.code != 503:
            raise
        return None
