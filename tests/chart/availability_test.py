"""Rollouts, probes, budgets and scaling."""

import math

import pytest
import yaml

from conftest import CHART, SERVICES, VARIANTS, find, objects, pods

DEPLOYMENTS = (*SERVICES, "envoy")
HA = VARIANTS["ha"]
EVERYTHING = VARIANTS["everything"]
MANAGED = VARIANTS["managed"]


def test_a_rollout_never_takes_a_pod_before_its_successor_is_ready(variant):
    for name in DEPLOYMENTS:
        strategy = find("Deployment", name, *variant)["spec"]["strategy"]
        assert strategy == {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}, name


def test_one_replica_has_no_budget():
    assert not [item for item in objects() if item["kind"] == "PodDisruptionBudget"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_several_replicas_have_a_budget_of_one(name):
    replicas = find("Deployment", name, *HA)["spec"]["replicas"]
    assert replicas > 1
    budget = find("PodDisruptionBudget", name, *HA)["spec"]
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert budget["selector"] == find("Deployment", name, *HA)["spec"]["selector"]


@pytest.mark.parametrize("name", ["gateway", "validation", "envoy"])
def test_an_autoscaler_alone_decides_about_replicas(name):
    assert "replicas" not in find("Deployment", name, *EVERYTHING)["spec"]
    scaler = find("HorizontalPodAutoscaler", name, *EVERYTHING)["spec"]
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"ordermesh-{name}"}
    # A utilisation is of the request: without one there is nothing to scale by.
    container = find("Deployment", name, *EVERYTHING)["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"]["cpu"]


@pytest.mark.parametrize("name", ["notifier", "analytics"])
def test_keda_alone_decides_about_replicas_and_never_to_zero(name):
    assert "replicas" not in find("Deployment", name, *EVERYTHING)["spec"]
    assert find("ScaledObject", name, *EVERYTHING)["spec"]["minReplicaCount"] >= 1


def test_keda_is_told_what_its_defaults_get_wrong():
    kafka = find("ScaledObject", "analytics", *EVERYTHING)["spec"]
    assert kafka["maxReplicaCount"] <= 3  # partitions
    metadata = kafka["triggers"][0]["metadata"]
    assert (metadata["offsetResetPolicy"], metadata["consumerGroup"], metadata["topic"]) == ("earliest", "analytics", "orders.events")
    assert metadata["version"] != "1.0.0"
    queue = find("ScaledObject", "notifier", *EVERYTHING)["spec"]["triggers"][0]["metadata"]
    assert (queue["protocol"], queue["mode"], queue["excludeUnacknowledged"]) == ("http", "QueueLength", "false")


def test_keda_logs_in_at_kafka_as_analytics_does():
    authentication = find("TriggerAuthentication", "analytics", *MANAGED)
    assert {entry["parameter"]: (entry["name"], entry["key"]) for entry in authentication["spec"]["secretTargetRef"]} == {
        "username": ("shop-kafka-user", "username"), "password": ("shop-kafka-user", "secret"), "ca": ("shop-kafka-ca", "ca.crt")}
    trigger = find("ScaledObject", "analytics", *MANAGED)["spec"]["triggers"][0]
    assert trigger["authenticationRef"] == {"name": authentication["metadata"]["name"]}
    # KEDA's names for them: https://keda.sh/docs/latest/scalers/apache-kafka/
    assert (trigger["metadata"]["sasl"], trigger["metadata"]["tls"]) == ("scram_sha512", "enable")


def test_keda_needs_no_login_where_analytics_needs_none():
    trigger = find("ScaledObject", "analytics", *EVERYTHING)["spec"]["triggers"][0]
    assert "authenticationRef" not in trigger and not {"sasl", "tls"} & trigger["metadata"].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_liveness_asks_for_nothing_that_a_process_depends_on(name):
    container = find("Deployment", name)["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "ops"}
    assert container["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "ops"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "ops"}


def test_every_long_running_container_has_all_three_probes(variant):
    for name, spec in pods(*variant).items():
        if name.startswith(("Deployment/", "StatefulSet/")):
            for container in spec["containers"]:
                assert container.keys() >= {"startupProbe", "readinessProbe", "livenessProbe"}, name


@pytest.mark.parametrize("settings", [[], ["--set", "gateway.config.drain_timeout_ms=60000"],
                                      ["--set", "gateway.config.drain_delay_ms=0"], ["--set", "preStopSeconds=40"]])
def test_a_pod_is_killed_only_after_its_process_has_had_its_time(settings):
    config = yaml.safe_load(find("ConfigMap", "gateway", *settings)["data"]["gateway.yaml"])
    spec = find("Deployment", "gateway", *settings)["spec"]["template"]["spec"]
    # libs/mesh/process.cc: the process gives up 5 s after both.
    needed = waits_before_it_is_told(spec) + (config["drain_delay_ms"] + config["drain_timeout_ms"]) / 1000 + 5
    assert needed < spec["terminationGracePeriodSeconds"] <= math.ceil(needed) + 10


def waits_before_it_is_told(spec):
    return spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]


def test_a_validator_ends_only_when_every_gateway_has_looked_for_others():
    age = yaml.safe_load(find("ConfigMap", "validation")["data"]["validation.yaml"])["max_connection_age_s"]
    cached_s = 5  # CoreDNS' default
    # gRPC spreads the age by a tenth, so that not all connections end at once.
    assert waits_before_it_is_told(find("Deployment", "validation")["spec"]["template"]["spec"]) > cached_s + 1.1 * age


def test_envoy_begins_when_it_has_seen_a_gateway_and_goes_on_without_one():
    container = find("Deployment", "envoy")["spec"]["template"]["spec"]["containers"][0]
    assert container["startupProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}


def test_envoy_serves_on_before_it_ends():
    slow = ["--set", "envoy.drainSeconds=40,envoy.connectionAgeSeconds=30"]
    spec = find("Deployment", "envoy", *slow)["spec"]["template"]["spec"]
    assert spec["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 40}}
    assert spec["terminationGracePeriodSeconds"] == 50
    assert "max_connection_duration: 30s\n" in find("ConfigMap", "envoy", *slow)["data"]["envoy.yaml"]


def test_replicas_spread_over_nodes_and_zones_where_there_are_some():
    for name in DEPLOYMENTS:
        constraints = find("Deployment", name)["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [(one["topologyKey"], one["whenUnsatisfiable"]) for one in constraints] == [
            ("kubernetes.io/hostname", "ScheduleAnyway"), ("topology.kubernetes.io/zone", "ScheduleAnyway")]


def checksums(*arguments):
    return {item["metadata"]["name"]: item["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
            for item in objects(*arguments) if item["kind"] in ("Deployment", "StatefulSet")}


@pytest.mark.parametrize("change, restarted", [
    ("gateway.config.intake_wait_ms=5", "gateway"), ("relay.config.batch_size=100", "relay"),
    ("notifier.log.enabled=true", None), ("postgres.maxConnections=50", "postgres"),
    ("rabbitmq.memoryHighWatermark=200MB", "rabbitmq")])
def test_a_change_of_configuration_restarts_whom_it_concerns(change, restarted):
    before, after = checksums(), checksums("--set", change)
    assert {name for name in before if before[name] != after[name]} == ({f"ordermesh-{restarted}"} if restarted else set())


def mebibytes(quantity):
    return {"Mi": 1, "Gi": 1024}[quantity[-2:]] * int(quantity[:-2])


def test_everything_has_requests_and_a_memory_limit_and_nothing_a_processor_limit(variant):
    for name, spec in pods(*variant).items():
        for container in spec["containers"]:
            resources = container["resources"]
            assert resources["requests"].keys() >= {"cpu", "memory"}, name
            assert resources["limits"].keys() == {"memory"}, name
            assert mebibytes(resources["limits"]["memory"]) >= mebibytes(resources["requests"]["memory"])


def test_the_default_asks_for_no_more_than_was_promised():
    requested = {name: mebibytes(spec["containers"][0]["resources"]["requests"]["memory"]) for name, spec in pods().items()
                 if name.startswith(("Deployment/", "StatefulSet/"))}
    ours = {name: amount for name, amount in requested.items() if name.removeprefix("Deployment/ordermesh-") in SERVICES}
    assert len(ours) == len(SERVICES) and sum(ours.values()) < 60 * len(SERVICES)
    assert sum(requested.values()) < 2560


def test_whole_numbers_stay_whole():
    text = find("ConfigMap", "gateway", *EVERYTHING)["data"]["gateway.yaml"]
    assert "max_outbox_rows: 20000000\n" in text + "\n"


def test_zero_is_a_value():
    assert yaml.safe_load(find("ConfigMap", "gateway", *EVERYTHING)["data"]["gateway.yaml"])["drain_delay_ms"] == 0


def test_the_ha_values_are_about_replicas_of_what_may_have_them():
    values = yaml.safe_load((CHART / "values-ha.yaml").read_text())
    assert values.keys() == set(DEPLOYMENTS)
