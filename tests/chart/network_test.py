"""Who may call whom: the policies are the table, and the table is what the programs are told to call."""

import itertools
import re

import pytest
import yaml

from conftest import CHART, EXTERNAL, SERVICES, VARIANTS, find, objects
from ordermesh import service_table

TABLE = yaml.safe_load((CHART / "files" / "traffic.yaml").read_text())
COMPONENT = "app.kubernetes.io/component"
ROWS = {(row["from"], row["to"], row["port"]) for row in TABLE}


def policies(*arguments):
    return {item["metadata"]["labels"][COMPONENT]: item["spec"] for item in objects(*arguments) if item["kind"] == "NetworkPolicy"}


def component(peer):
    return peer["podSelector"]["matchLabels"][COMPONENT]


def allowed(specs):
    """(from, to, port) that both ends allow; `anyone` where no caller is named."""
    into, out = set(), set()
    for name, spec in specs.items():
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        assert spec["podSelector"]["matchLabels"][COMPONENT] == name
        for rule in spec["ingress"] or []:
            callers = [component(peer) for peer in rule["from"]] if "from" in rule else ["anyone"]
            into |= {(caller, name, port["port"]) for caller, port in itertools.product(callers, rule["ports"])}
        for rule in spec["egress"]:
            callees = [component(peer) for peer in rule.get("to", [])]
            out |= {(name, callee, port["port"]) for callee, port in itertools.product(callees, rule["ports"])}
    return {row for row in into if row[0] == "anyone" or row in out}


def test_what_is_allowed_is_the_table():
    assert allowed(policies()) == ROWS


def test_every_pod_has_a_policy():
    workloads = {item["metadata"]["labels"][COMPONENT] for item in objects()
                 if item["kind"] in ("Deployment", "StatefulSet", "Job", "Pod")}
    assert policies().keys() == workloads


def addresses(item):
    """host:port of everything that a ConfigMap of a program names."""
    text = "\n".join(item["data"].values())
    if "envoy.yaml" in item["data"]:
        found = re.findall(r"address: (ordermesh-\w+), port_value: (\d+)", text)
    else:
        found = re.findall(r"(ordermesh-\w+):(\d+)", text)
    return {(host.removeprefix("ordermesh-"), int(port)) for host, port in found}


def test_every_address_that_a_program_is_told_is_in_the_table():
    told = {(item["metadata"]["labels"][COMPONENT], *address) for item in objects() if item["kind"] == "ConfigMap"
            for address in addresses(item)}
    told = {row for row in told if row[0] != row[1]}  # a broker advertises itself
    assert told == {row for row in ROWS if row[1] in (*SERVICES, "kafka") and row[0] != "test"}


def test_every_row_leads_to_a_port_that_is_open():
    for _, callee, port in ROWS:
        kind = "StatefulSet" if callee in ("postgres", "rabbitmq", "kafka") else "Deployment"
        container = find(kind, callee)["spec"]["template"]["spec"]["containers"][0]
        assert port in [one["containerPort"] for one in container["ports"]], callee


def test_ports_of_stores_elsewhere_are_open_and_nothing_else():
    outside = {name: sorted(port["port"] for rule in spec["egress"] if "to" not in rule for port in rule["ports"])
               for name, spec in policies("--values", str(EXTERNAL)).items()}
    ports = {"database": [5432], "amqp": [5671, 5672], "kafka": [9092]}
    services = {row.name: [53, 53, *sorted(port for store in row.stores for port in ports.get(store, []))] for row in service_table.ROWS}
    assert services["relay"] == [53, 53, 5432, 5671, 5672, 9092]
    assert outside == services | {"migrate": services["relay"], "envoy": [53, 53], "test": [53, 53]}


def test_mail_and_metrics_and_scaler_are_let_through_where_asked_for():
    specs = policies(*VARIANTS["everything"])
    assert {25, 465, 587, 443} <= {port["port"] for rule in specs["notifier"]["egress"] for port in rule["ports"]}
    assert {25, 465, 587, 443}.isdisjoint({port["port"] for rule in specs["gateway"]["egress"] for port in rule["ports"]})
    for name, port in (*((row.name, row.ops_port) for row in service_table.ROWS), ("rabbitmq", 15672), ("kafka", 9092), ("envoy", 8081)):
        assert any("namespaceSelector" in peer for rule in specs[name]["ingress"] for peer in rule.get("from", [])
                   if rule["ports"] == [{"port": port}]), name


def services_of(component, *arguments):
    return {item["metadata"]["name"]: item["spec"] for item in objects(*arguments)
            if item["kind"] == "Service" and item["metadata"]["labels"][COMPONENT] == component}


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_the_operators_port_is_on_a_service_of_its_own_that_leads_nowhere_else(values):
    services = services_of("envoy", *values)
    assert services.keys() == {"ordermesh-envoy", "ordermesh-envoy-operators"}
    assert services["ordermesh-envoy-operators"]["type"] == "ClusterIP"
    assert [port["targetPort"] for port in services["ordermesh-envoy"]["ports"]] == ["http"]
    assert [port["targetPort"] for port in services["ordermesh-envoy-operators"]["ports"]] == ["operators"]
    (container,) = find("Deployment", "envoy", *values)["spec"]["template"]["spec"]["containers"]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"http": 8080, "operators": 8081}


def test_nobody_but_the_test_reaches_the_operators_port_unless_they_are_named():
    rules = [rule for rule in policies()["envoy"]["ingress"] if {"port": 8081} in rule["ports"]]
    assert [[component(peer) for peer in rule["from"]] for rule in rules] == [["test"]]
    assert all("from" in rule for rule in policies(*VARIANTS["everything"])["envoy"]["ingress"] if {"port": 8081} in rule["ports"])


def test_they_can_be_turned_off():
    assert policies("--set", "networkPolicy.enabled=false") == {}


@pytest.mark.parametrize("name", SERVICES)
def test_clients_see_every_replica_by_name(name):
    assert find("Service", name)["spec"]["clusterIP"] == "None"
    assert yaml.safe_load(find("ConfigMap", "gateway")["data"]["gateway.yaml"])["validation_target"] == "dns:///ordermesh-validation:50052"
