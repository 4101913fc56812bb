"""Health that means it: stopping what a process depends on is named by /readyz within 2 s, while it stays alive."""

import pytest

from system import eventually

# Each dependency, what it is called, and who needs it.
NEEDS = [
    ("postgres", "database", ["gateway", "validation", "relay", "notifier", "analytics"]),
    ("rabbitmq", "rabbitmq", ["relay", "notifier"]),
    ("kafka", "kafka", ["relay", "analytics"]),
    ("validation", "validation", ["gateway"]),
]
SERVICES = ["gateway", "validation", "relay", "notifier", "analytics"]


@pytest.fixture(autouse=True)
def all_ready(system):
    yield
    for service in SERVICES:
        eventually(lambda: system.ready(service), within=30, what=f"{service}'s readiness")


@pytest.mark.parametrize("server, dependency, processes", NEEDS, ids=[need[0] for need in NEEDS])
def test_a_stopped_dependency_is_named_by_those_who_need_it(system, server, dependency, processes):
    with system.without(server):
        for process in processes:
            status, text = eventually(
                lambda: system.ops(process, "/readyz"), lambda answer: answer[0] == 503, within=2,
                what=f"{process} not ready")
            assert dependency in text
            eventually(lambda: not system.serving(process), within=2, what=f"{process} NOT_SERVING")
            assert system.ops(process, "/healthz")[0] == 200
        for process in set(SERVICES) - set(processes) - {server}:
            assert system.ready(process), f"{process} does not need {server}"
    for process in processes:
        eventually(lambda: system.ready(process) and system.serving(process), within=30, what=f"{process}'s recovery")


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_counts_its_calls(system, service):
    assert system.serving(service)
    names = {name.split("{")[0] for name in system.metrics(service)}
    assert any(name.startswith("ordermesh_") for name in names)
