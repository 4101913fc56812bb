"""docker/compose.yaml as it is written: whole, closed where it can be, and in step with the chart and the documentation."""

import re

import pytest
import yaml

from ordermesh import manifests, paths, service_table
from ordermesh.containers import builds

DOCKER = paths.REPOSITORY / "docker"
TEXT = (DOCKER / "compose.yaml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
ALWAYS = {name: service for name, service in SERVICES.items() if "profiles" not in service}
VALUES = yaml.safe_load((paths.REPOSITORY / "helm" / "ordermesh" / "values.yaml").read_text())
TRAFFIC = yaml.safe_load((paths.REPOSITORY / "helm" / "ordermesh" / "files" / "traffic.yaml").read_text())
PROGRAMS = service_table.PROGRAMS
STORES = ["postgres", "rabbitmq", "kafka"]
every_service = pytest.mark.parametrize("name", SERVICES)


def networks(name):
    return set(SERVICES[name]["networks"])


def settings(program):
    """What compose tells a program, by the names of docs/configuration.md."""
    return {key.removeprefix("ORDERMESH_").lower(): value for key, value in SERVICES[program]["environment"].items()}


def default(program, setting):
    section = (paths.REPOSITORY / "docs" / "configuration.md").read_text().split(f"## ordermesh-{program}\n")[1]
    return re.search(rf"^\| `{setting}` \| [^|]+ \| `([^`]*)`", section, re.MULTILINE)[1]


def test_it_is_the_whole_system():
    assert ALWAYS.keys() == {*PROGRAMS, *STORES, "envoy"}
    assert SERVICES.keys() - ALWAYS.keys() == {"adminer", "kafka-ui", "mailpit"}


@every_service
def test_its_health_is_checked_unless_it_ends(name):
    if SERVICES[name]["restart"] == "no":
        assert SERVICES[name]["healthcheck"] == {"disable": True}
        waiting = [other for other in ALWAYS if SERVICES[other].get("depends_on", {}).get(name)]
        assert {SERVICES[other]["depends_on"][name]["condition"] for other in waiting} == {"service_completed_successfully"}
    else:
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD" and len(SERVICES[name]["healthcheck"]["test"]) > 1
        assert SERVICES[name]["restart"] == "unless-stopped"


def test_only_the_edge_is_published_and_nothing_beyond_this_machine():
    assert [name for name, service in ALWAYS.items() if "ports" in service] == ["envoy"]
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert {"127.0.0.1:${EDGE_PORT:-8080}:8080", "127.0.0.1:${OPERATORS_PORT:-8081}:8081"} <= set(published)
    assert all(port.startswith("127.0.0.1:") for port in published)


@every_service
def test_it_has_no_more_rights_than_it_needs(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service and "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["mem_limit"] and service["pids_limit"]


@pytest.mark.parametrize("row", TRAFFIC, ids=lambda row: f"{row['from']}-{row['to']}")
def test_who_may_call_another_by_the_table_shares_a_network(row):
    if row["from"] == "anyone":
        assert "ports" in SERVICES[row["to"]] and "edge" in networks(row["to"])
    elif row["from"] != "test":
        assert networks(row["from"]) & networks(row["to"])


def test_the_edge_reaches_no_store_and_only_it_and_who_sends_mail_reach_out():
    assert all(not networks("envoy") & networks(store) for store in STORES)
    inner = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    assert inner == {"services", "stores"}
    assert {name for name in ALWAYS if networks(name) - inner} == {"envoy", *(row.name for row in service_table.ROWS if "smtp" in row.stores)}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_told_only_what_it_knows(program):
    assert SERVICES[program]["entrypoint"] == [f"/usr/bin/ordermesh-{program}"]
    assert settings(program) and settings(program).keys() <= manifests.settings_of(program).keys()


@pytest.mark.parametrize("program", PROGRAMS[:-1])
def test_a_program_is_asked_for_its_health_where_it_answers(program):
    port = settings(program)["ops_listen"].rpartition(":")[2]
    assert SERVICES[program]["healthcheck"]["test"] == ["CMD", "/usr/bin/ordermesh-probe", port, "/readyz"]


@pytest.mark.parametrize("program", PROGRAMS[:-1])
def test_a_program_is_given_the_time_that_its_calls_may_take_to_end(program):
    told = settings(program)
    drain_ms = sum(int(told.get(name, default(program, name))) for name in ("drain_delay_ms", "drain_timeout_ms"))
    assert int(SERVICES[program]["stop_grace_period"].removesuffix("s")) * 1000 >= drain_ms + 5000


def test_the_images_are_the_charts():
    for name in STORES:
        image = VALUES["images"][name]
        assert SERVICES[name]["image"] == f"{image['repository']}:{image['tag']}"
    for name in PROGRAMS:
        assert SERVICES[name]["image"] == f"ordermesh/ordermesh:{builds.default_tag()}"
    assert SERVICES["envoy"]["image"] == f"ordermesh/envoy:{builds.default_tag()}"
    assert {SERVICES[name]["pull_policy"] for name in (*PROGRAMS, "envoy")} == {"never"}
    assert SERVICES["migrate"]["build"]["target"] == builds.OWN["ordermesh/ordermesh"]
    assert SERVICES["envoy"]["build"]["target"] == builds.OWN["ordermesh/envoy"]


@pytest.mark.parametrize("name", [*PROGRAMS, *STORES, "envoy"])
def test_it_may_use_as_much_memory_as_in_the_chart(name):
    assert SERVICES[name]["mem_limit"] == VALUES[name]["resources"]["limits"]["memory"].replace("Mi", "m").replace("Gi", "g")


def test_the_edge_is_rendered_for_these_services():
    rendered = dict(re.findall(r"\b([A-Z_]+)=(\S+)", (DOCKER / "Dockerfile").read_text().split("/envoy/render ")[1].split("> ")[0]))
    # Nothing else is told about the services: where they are unless that is told, they are here.
    addresses = r"address: \$\{\w+_HOST:-(\w+)\}, port_value: \$\{\w+_PORT:-(\d+)\}"
    found = set(re.findall(addresses, (DOCKER / "envoy" / "envoy.yaml").read_text()))
    assert found == {(row.name, settings(row.name)["listen"].rpartition(":")[2]) for row in service_table.ROWS if row.serves}
    assert not {name for name in rendered if name.endswith("_HOST")}
    assert SERVICES["envoy"]["ports"][0].endswith(f":{rendered['HTTP_PORT']}")


def test_every_secret_stands_in_the_environment_file_and_nowhere_else():
    given = dict(line.split("=", 1) for line in (DOCKER / ".env").read_text().splitlines() if line and not line.startswith("#"))
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required == {name for name in given if name.endswith("_PASSWORD")}
    assert given.keys() <= set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    assert [secret for secret in given.values() if len(secret) > 8 and secret in TEXT] == []
    assert "DEVELOPMENT" in (DOCKER / ".env").read_text()


def test_nothing_of_the_clone_is_mounted():
    """Its files may be its owner's alone, and are then no user's of a container."""
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    assert mounted and set(mounted) <= COMPOSE["volumes"].keys()
    assert not any(service.get(kind) for service in SERVICES.values() for kind in ("configs", "secrets"))


@pytest.mark.parametrize("store", STORES)
def test_a_store_is_told_what_the_charts_is(store):
    told = yaml.safe_load((DOCKER / "stores.yaml").read_text())["services"][store]["environment"]
    assert SERVICES[store]["extends"] == {"file": "stores.yaml", "service": store}
    # Every file of it is written before the store starts, into a folder of memory that is its own.
    written = dict(re.findall(r'printf %s "\$\$(FILE_\w+)" >(\S+)', SERVICES[store]["entrypoint"][-1]))
    assert written.keys() == told.keys()
    folders = {path.rpartition("/")[0] for path in written.values()}
    assert all(any(mount.startswith(f"{folder}:") for mount in SERVICES[store]["tmpfs"]) for folder in folders)
    assert {manifests.stores_variable(path.rpartition("/")[2]) for path in written.values()} == told.keys()
