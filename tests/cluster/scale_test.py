"""Three replicas share the work; more and fewer of them, under load, show no client a failure."""

import pytest

from paced_load import SKUS, PacedLoad
from system import eventually

SCALED = ("gateway", "validation", "analytics")
CALLS = 'ordermesh_grpc_server_started_total{method="BatchValidateOrders"}'


@pytest.fixture(scope="module")
def scale(system):
    """Sets the replicas of a component, and waits until they are ready; back to one at the end."""

    def to(replicas, *components):
        for component in components:
            system.namespace.kubectl("scale", f"deployment/{system.release}-{component}", f"--replicas={replicas}")
        for component in components:
            system.namespace.kubectl("rollout", "status", f"deployment/{system.release}-{component}", "--timeout=120s")

    yield to
    to(1, *SCALED)


def calls_by_pod(system):
    return {pod: metrics[CALLS] for pod, metrics in system.pod_metrics("validation").items()}


def shares(system, load, orders):
    """The part of the calls that each validator gets while so many orders more are accepted."""
    before, since = calls_by_pod(system), len(load.acknowledged)
    eventually(lambda: len(load.acknowledged) - since, lambda count: count >= orders, within=60, what=f"{orders} orders")
    after = calls_by_pod(system)
    calls = sorted(after[pod] - before[pod] for pod in after)
    return [count / sum(calls) for count in calls]


def owners(system):
    """The partitions by owner, each list sorted."""
    return sorted(partitions for partitions in system.partitions().values())


def test_three_replicas_share_calls_and_partitions(system, scale):
    scale(3, *SCALED)
    eventually(lambda: owners(system), lambda lists: lists == [[0], [1], [2]], within=60, what="an owner for each partition")
    with PacedLoad(system, rate=100, skus=SKUS) as load:
        # A gateway looks for new validators when a connection to one ends: the chart ends them after 30 s.
        eventually(lambda: shares(system, load, orders=200), lambda found: min(found) > 0.2, within=90,
                   what="a share for each validator")
        found = shares(system, load, orders=1500)
    print(f"\n{load.summary()}")
    print("shares of the validation pods:", ", ".join(f"{share:.0%}" for share in found))
    assert len(found) == 3 and min(found) > 0.2
    assert load.failed == []
    assert owners(system) == [[0], [1], [2]]
    load.await_agreement()


def test_scaling_under_load_fails_no_call_and_loses_and_doubles_nothing(system, scale):
    scale(1, *SCALED)
    with PacedLoad(system, rate=50, skus=SKUS, seed=2) as load:
        for replicas in (3, 5, 1):
            scale(replicas, *SCALED)
        # The pods that were too many have ended.
        eventually(lambda: [len(system.namespace.pods(component)) for component in SCALED], lambda counts: counts == [1, 1, 1],
                   within=60, what="one pod of each")
    print(f"\n{load.summary()}")
    assert len(load.acknowledged) > 200
    assert load.failed == [] and load.failed_without_retries == []
    load.await_agreement()
