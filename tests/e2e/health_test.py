"""Health that means it: what a process depends on and has lost is named in the time that the documentation promises, while
the process stays alive."""

import json
import re
import time
import uuid
from concurrent import futures

import pytest

from ordermesh import paths, service_table
from system import eventually

ARCHITECTURE = (paths.REPOSITORY / "docs" / "architecture.md").read_text()
PROMISE_S = int(re.search(r"within (\d+) s of the loss", ARCHITECTURE).group(1))
ORDERS = "ordermesh.orders.v1.OrderService"
NOTIFICATIONS = "ordermesh.notifications.v1.NotificationService"
ANALYTICS = "ordermesh.analytics.v1.AnalyticsService"
# Each dependency, what it is called, and who needs it for which calls: "" is all of them, None is none: for other work.
NEEDS = [
    ("postgres", "database", {row.name: "" for row in service_table.ROWS if "database" in row.stores}),
    ("rabbitmq", "rabbitmq", {"relay": "", "notifier": f"{NOTIFICATIONS}/RedriveDeadLetters"}),
    ("kafka", "kafka", {"relay": "", "analytics": f"{ANALYTICS}/ListConsumerLags", "catalog": None}),
    ("validation", "validation", {"gateway": f"{ORDERS}/CreateOrder"}),
]
SERVICES = service_table.NAMES


def whole(system, service):
    """It has all that it needs."""
    return '"failing":[]' in system.ops(service, "/readyz")[1]


@pytest.fixture(autouse=True)
def all_ready(system):
    yield
    for service in SERVICES:
        eventually(lambda: whole(system, service), within=30, what=f"{service}'s readiness")


def tells(system, process, group, dependency, end):
    """Fails unless the process, before `end`, names the dependency, and its group of calls, if there is one, is NOT_SERVING."""
    status = 503 if group == "" else 200
    eventually(lambda: system.ops(process, "/readyz"),
               lambda answer: answer[0] == status and f'"{dependency}":"failing"' in answer[1],
               within=end - time.monotonic(), what=f"{process} without {dependency}")
    if group is not None:
        eventually(lambda: not system.serving(process, group), within=end - time.monotonic(), what=f"{process} NOT_SERVING")


@pytest.mark.parametrize("server, dependency, processes", NEEDS, ids=[need[0] for need in NEEDS])
def test_a_stopped_dependency_is_named_by_those_who_need_it(system, server, dependency, processes):
    with system.without(server):
        # One budget from the loss for all of them, so each is watched by itself.
        end = time.monotonic() + PROMISE_S
        with futures.ThreadPoolExecutor(len(processes)) as watchers:
            for seen in [watchers.submit(tells, system, process, group, dependency, end) for process, group in processes.items()]:
                seen.result()
        for process, group in processes.items():
            if group != "":
                assert system.serving(process) and system.serving(process, (group or "").partition("/")[0]), "the rest is served"
            assert system.ops(process, "/healthz")[0] == 200
        for process in set(SERVICES) - processes.keys() - {server}:
            assert whole(system, process), f"{process} does not need {server}"
    for process, group in processes.items():
        eventually(lambda: whole(system, process) and system.serving(process, group or ""), within=30,
                   what=f"{process}'s recovery")


def test_the_groups_of_every_process_are_those_that_the_docs_say(system):
    said = set(re.findall(r"^\| (\w+) \| `(ordermesh\.\S+)` \|", ARCHITECTURE, re.MULTILINE))
    assert said == {(service, group) for service in SERVICES
                    for group in json.loads(system.ops(service, "/readyz")[1])["groups"]}


def test_the_edge_asks_for_the_groups_that_its_servers_have():
    page = (paths.REPOSITORY / "docker" / "envoy" / "envoy.yaml").read_text()
    asked = set(re.findall(r"service_name: ([\w./]+)}", page))
    assert asked == {group for _, group in re.findall(r"^\| (\w+) \| `(ordermesh\.\S+)` \|", ARCHITECTURE, re.MULTILINE)}


def test_without_validators_the_edge_serves_what_needs_none(system):
    first, second = (system.place(("SKU-0001", 1), key=f"health-{uuid.uuid4()}") for _ in range(2))
    key = f"health-{uuid.uuid4()}"
    stored = system.place(("SKU-0002", 1), key=key)
    body = {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 1}]}
    with system.without("validation"):
        eventually(lambda: not system.serving("gateway", f"{ORDERS}/CreateOrder"), within=10, what="intake NOT_SERVING")
        assert system.place(("SKU-0002", 1), key=key) == stored
        status, _, problem = system.http("POST", "/v1/orders", body, {"idempotency-key": str(uuid.uuid4())})
        assert (status, problem["type"]) == (503, "urn:ordermesh:problem:VALIDATION_UNAVAILABLE")
        assert system.http("GET", f"/v1/orders/{first['id']}")[:1] == (200,)
        assert system.http("GET", "/v1/orders")[:1] == (200,)
        assert system.http("POST", f"/v1/orders/{second['id']}:cancel", {})[2]["state"] == "ORDER_STATE_CANCELLED"


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_counts_its_calls(system, service):
    assert system.serving(service)
    names = {name.split("{")[0] for name in system.metrics(service)}
    assert any(name.startswith("ordermesh_") for name in names)
