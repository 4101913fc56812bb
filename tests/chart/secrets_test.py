"""Passwords: random where the chart makes them, the user's where there are any, and nowhere else than in a Secret."""

import re

import yaml

from conftest import CHART, EXTERNAL, MANAGED, SERVICES, find, objects, pods, template
from ordermesh import paths, service_table


def made(text: str) -> dict[str, dict]:
    items = [item for item in yaml.safe_load_all(text) if item]
    return {item["metadata"]["name"]: item["stringData"] for item in items if item["kind"] == "Secret"}


def test_generated_passwords_are_random_and_need_no_quoting():
    first, second = made(template().stdout), made(template().stdout)
    keys = [("ordermesh-postgres", key) for key in ("superuser_password", "owner_password", "role_password")]
    for name, key in [*keys, ("ordermesh-rabbitmq", "password")]:
        assert re.fullmatch(r"[A-Za-z0-9]{32}", first[name][key])
        assert first[name][key] != second[name][key]


def test_urls_have_the_passwords_and_the_hosts_of_the_release():
    secrets = made(template().stdout)
    database, queue = secrets["ordermesh-postgres"], secrets["ordermesh-rabbitmq"]
    for service in SERVICES:
        assert database[f"{service}_url"] == (
            f"postgres://ordermesh_{service}:{database['role_password']}@ordermesh-postgres:5432/ordermesh")
    assert database["owner_url"] == f"postgres://ordermesh_owner:{database['owner_password']}@ordermesh-postgres:5432/ordermesh"
    assert queue["connection_string"] == f"amqp://ordermesh:{queue['password']}@ordermesh-rabbitmq:5672/"
    assert queue["default_user.conf"].splitlines() == ["default_user = ordermesh", f"default_pass = {queue['password']}"]


def test_no_password_stands_outside_of_a_secret():
    text = template().stdout
    secrets = {value for data in made(text).values() for key, value in data.items() if "password" in key}
    rest = [item for item in yaml.safe_load_all(text) if item and item["kind"] != "Secret"]
    assert secrets and not any(secret in yaml.safe_dump_all(rest) for secret in secrets)


def test_who_brings_stores_gets_no_secret_and_no_store():
    kinds = {item["kind"] for item in objects("--values", str(EXTERNAL))}
    assert not kinds & {"Secret", "StatefulSet"}


def secrets_read(spec: dict) -> set[tuple[str, str]]:
    """(Secret, key) of every file that a pod gets of a Secret."""
    volumes = spec.get("volumes", [])
    sources = [source["secret"] for volume in volumes for source in volume.get("projected", {}).get("sources", []) if "secret" in source]
    whole = [{"name": volume["secret"]["secretName"], **volume["secret"]} for volume in volumes if "secret" in volume]
    return {(source["name"], item["key"]) for source in sources + whole for item in source["items"]}


def plain(name: str) -> str:
    """Without what ends a Job's name."""
    return re.sub(r"^(Job/ordermesh-migrate)-1-[0-9a-f]{8}$", r"\1", name)


def test_a_pod_reads_only_the_secrets_that_it_needs():
    read = {plain(name): secrets_read(spec) for name, spec in pods().items()}
    queue = ("ordermesh-rabbitmq", "connection_string")
    services = {}
    for row in service_table.ROWS:
        secret_of = {"database": ("ordermesh-postgres", f"{row.name}_url"), "amqp": queue}
        services[f"Deployment/ordermesh-{row.name}"] = {secret_of[store] for store in row.stores if store in secret_of}
    assert read == services | {
        "Deployment/ordermesh-envoy": set(),
        "Job/ordermesh-migrate": {("ordermesh-postgres", "owner_url"), ("ordermesh-postgres", "role_password"), queue},
        "StatefulSet/ordermesh-postgres": {("ordermesh-postgres", "superuser_password"), ("ordermesh-postgres", "owner_password")},
        "StatefulSet/ordermesh-rabbitmq": {("ordermesh-rabbitmq", "default_user.conf")},
        "StatefulSet/ordermesh-kafka": set(),
        "Pod/ordermesh-test": set(),
    }


def test_the_secrets_of_operators_do_as_they_are():
    read = {plain(name): secrets_read(spec) for name, spec in pods("--values", str(EXTERNAL)).items()}
    assert read["Deployment/ordermesh-relay"] == {("shop-database", "relay_url"), ("shop-default-user", "connection_string")}
    assert read["Job/ordermesh-migrate"] == {
        ("shop-app", "uri"), ("shop-database", "role_password"), ("shop-default-user", "connection_string")}


def test_managed_brokers_are_opened_with_a_login_and_an_authority():
    read = {plain(name): secrets_read(spec) for name, spec in pods("--values", str(MANAGED)).items()}
    queue = {("shop-queue", "connection_string"), ("shop-queue-ca", "authority.pem")}
    kafka = {("shop-kafka-user", "username"), ("shop-kafka-user", "secret"), ("shop-kafka-ca", "ca.crt")}
    assert read["Deployment/ordermesh-relay"] == {("shop-database", "relay_url"), *queue, *kafka}
    assert read["Deployment/ordermesh-notifier"] == {("shop-database", "notifier_url"), *queue}
    assert read["Deployment/ordermesh-analytics"] == {("shop-database", "analytics_url"), *kafka}
    assert read["Deployment/ordermesh-gateway"] == {("shop-database", "gateway_url")}
    assert read["Job/ordermesh-migrate"] == {
        ("shop-database", "owner_url"), ("shop-database", "role_password"), *queue, *kafka}


def test_no_secret_is_in_the_environment(variant):
    for name, spec in pods(*variant).items():
        for container in spec["containers"]:
            assert "envFrom" not in container, name
            assert not any("secretKeyRef" in entry.get("valueFrom", {}) for entry in container.get("env", [])), name


def test_an_uninstall_keeps_a_secret_as_long_as_the_volume_that_it_opens():
    for component in ("postgres", "rabbitmq"):
        kept = find("Secret", component)["metadata"]["annotations"]
        assert kept == {"helm.sh/resource-policy": "keep"}
        assert find("StatefulSet", component)["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Retain"
        thrown = f"--set={component}.persistence.keep=false"
        assert "annotations" not in find("Secret", component, thrown)["metadata"]
        assert find("StatefulSet", component, thrown)["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"


def test_the_only_password_in_the_repository_says_what_it_is():
    manifests = [file for folder in ("k8s", "helm") for file in (paths.REPOSITORY / folder).rglob("*") if file.is_file()]
    literal = re.compile(r"(?:_password=|_pass = |postgres://\w+:|amqp://\w+:|password=)([A-Za-z0-9][\w-]*)")
    found = {(file.relative_to(paths.REPOSITORY).parts[:3], value) for file in manifests if CHART / "README.md" != file
             for value in literal.findall(file.read_text())}
    # "password" is what the comments call it.
    assert {(folder, value) for folder, value in found if value != "password"} == {
        (("k8s", "overlays", "dev"), "for-development-only")}
