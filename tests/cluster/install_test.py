"""`helm install` with default values: ready soon, small, and an order goes through it."""

import json

from kubernetes import component_of, is_ready
from ordermesh import service_table

OWN = set(service_table.NAMES)
MIB = 1024 * 1024
UNITS = {"Ki": 1024, "Mi": MIB, "Gi": 1024 * MIB}


def test_everything_is_ready_within_90_seconds(release, namespace):
    pods = [pod for pod in namespace.pods() if pod["status"]["phase"] != "Succeeded"]
    print(f"\nready after {release.ready_after_s:.0f} s")
    assert {component_of(pod) for pod in pods} == OWN | {"envoy", "postgres", "rabbitmq", "kafka"}
    assert all(is_ready(pod) for pod in pods)
    assert release.ready_after_s <= 90


def test_helm_test_places_an_order_and_waits_for_its_effects(release):
    printed = release.test()
    print(printed)
    assert "PASSED" in printed and "Phase:          Succeeded" in printed


def test_it_uses_less_than_2_5_gib_and_our_own_pods_less_than_300_mib(release, namespace):
    used = memory_used(namespace)
    requested = {component_of(pod): memory_requested(pod) for pod in namespace.pods()}
    print("\ncomponent      used MiB  requested MiB")
    for component in sorted(used):
        print(f"{component:12} {used[component] / MIB:10.0f} {requested[component] / MIB:14.0f}")
    own = sum(used[component] for component in OWN)
    print(f"all {sum(used.values()) / MIB:.0f} MiB used, {sum(requested.values()) / MIB:.0f} MiB requested; our own {own / MIB:.0f} MiB used")
    assert used.keys() >= OWN | {"envoy", "postgres", "rabbitmq", "kafka"}
    assert sum(used.values()) < 2.5 * 1024 * MIB
    assert own < 300 * MIB


def memory_used(namespace):
    """Bytes of the working set by component, as kubelet reports them."""
    components = {pod["metadata"]["name"]: component_of(pod) for pod in namespace.pods() if is_ready(pod)}
    used = {}
    for node in namespace.get("nodes"):
        summary = json.loads(namespace.kubectl("get", "--raw", f"/api/v1/nodes/{node['metadata']['name']}/proxy/stats/summary"))
        for pod in summary["pods"]:
            component = components.get(pod["podRef"]["name"])
            if component and pod["podRef"]["namespace"] == namespace.name:
                used[component] = used.get(component, 0) + pod["memory"]["workingSetBytes"]
    return used


def memory_requested(pod):
    sizes = [container["resources"]["requests"]["memory"] for container in pod["spec"]["containers"]]
    return sum(int(size[:-2]) * UNITS[size[-2:]] for size in sizes)
