"""`kubectl drain` leaves a replica of each component that has two, until another takes its place."""

import pytest

from kubernetes import CommandFailed, is_ready
from system import eventually


@pytest.fixture
def two_gateways(system, mailing):
    mailing.upgrade(settings=["gateway.replicas=2"])
    yield
    mailing.upgrade(settings=["gateway.replicas=1"])


def test_drain_respects_the_budget(system, two_gateways):
    namespace = system.namespace
    pods = namespace.pods("gateway")
    assert len(pods) == 2
    node = pods[0]["spec"]["nodeName"]
    # Only these: other namespaces of a shared cluster stay as they are.
    namespace.kubectl("label", "pod", *[pod["metadata"]["name"] for pod in pods], "drain-test=yes")
    others = [name for name in (each["metadata"]["name"] for each in namespace.get("nodes")) if name != node]
    try:
        if others:
            namespace.kubectl("drain", node, "--pod-selector=drain-test=yes", "--timeout=120s")
        else:
            # Nowhere to go for a replacement: the second has to stay.
            with pytest.raises(CommandFailed, match="disruption budget"):
                namespace.kubectl("drain", node, "--pod-selector=drain-test=yes", "--timeout=25s")
        assert any(is_ready(pod) for pod in namespace.pods("gateway"))
        assert system.place(("SKU-0170", 1))["state"] == "ORDER_STATE_ACCEPTED"
    finally:
        namespace.kubectl("uncordon", node)
    eventually(lambda: [is_ready(pod) for pod in namespace.pods("gateway")], lambda ready: ready == [True, True], within=60,
               what="two gateways")
