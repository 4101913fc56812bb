"""What the chart tells the programs is what they take: their own binaries read it, as do Envoy and PostgreSQL."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import SERVICES, VARIANTS, find, pods
from ordermesh import manifests, paths, service_table
from ordermesh.certificates import Certificates
from ordermesh.servers import envoy, postgres

BUILD = Path(os.environ.get("ORDERMESH_BUILD", paths.REPOSITORY / "build" / "release"))
# Nobody listens there.
NOWHERE = {"database_url": "postgres://somebody@127.0.0.1:1/nowhere", "amqp_url": "amqp://127.0.0.1:1/", "role_password": "secret",
           "smtp_password": "secret", "kafka_username": "somebody", "kafka_password": "secret"}


def configured(folder: Path, program: str, variant: str) -> Path:
    """The program's configuration of the chart, with its secrets beside it instead of in /etc/ordermesh."""
    (folder / "secrets").mkdir()
    for name, value in NOWHERE.items():
        (folder / "secrets" / name).write_text(value)
    if variant == "managed":
        (folder / "secrets" / "amqp_url").write_text("amqps://127.0.0.1:1/")
        (certificates := Certificates(folder)).make()
        for name in ("amqp_ca.pem", "kafka_ca.pem"):
            shutil.copy(certificates.authority, folder / "secrets" / name)
    text = find("ConfigMap", program, *VARIANTS[variant])["data"][f"{program}.yaml"]
    file = folder / f"{program}.yaml"
    file.write_text(text.replace("/etc/ordermesh", str(folder)))
    return file


def events(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("variant", ["default", "everything", "managed"])
@pytest.mark.parametrize("program", SERVICES)
def test_a_service_starts_with_its_configuration_and_waits_for_its_stores(program, variant, tmp_path):
    file = configured(tmp_path, program, variant)
    loopback = ["--listen=127.0.0.1:0", "--ops_listen=127.0.0.1:0", "--drain_delay_ms=0", "--kafka_brokers=127.0.0.1:1"]
    if "kafka" not in next(row.stores for row in service_table.ROWS if row.name == program):
        loopback.pop()
    command = [BUILD / "bin" / f"ordermesh-{program}", f"--config={file}", *loopback]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        log = []
        for line in process.stderr:
            log.append(line)
            if '"event":"listening"' in line:
                process.send_signal(signal.SIGTERM)
    assert process.returncode == 0, "".join(log)
    said = next(event for event in events("".join(log)) if event["event"] == "configuration")
    assert said["drain_timeout_ms"] == "20000"


def test_migrate_takes_its_configuration_and_says_which_store_it_waited_for(tmp_path):
    file = configured(tmp_path, "migrate", "default")
    done = subprocess.run([BUILD / "bin" / "ordermesh-migrate", f"--config={file}", "--wait_timeout_s=0"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 69
    failed = events(done.stderr)[-1]
    assert failed["event"] == "failed" and "database: given up" in failed["reason"]


@pytest.mark.parametrize("program", [*SERVICES, "migrate"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_setting_is_on_the_configuration_page(program, variant):
    set_here = yaml.safe_load(find("ConfigMap", program, *VARIANTS[variant])["data"][f"{program}.yaml"])
    known = manifests.settings_of(program)
    assert set_here and {name if name in known else name.removesuffix("_file") for name in set_here} <= known.keys()


@pytest.mark.parametrize("address, host", [("::", "[::]"), ("0.0.0.0", "0.0.0.0")])
def test_everything_listens_where_it_is_told(address, host):
    told = ["--set-string", f"listenAddress={address}"]
    for program in SERVICES:
        settings = yaml.safe_load(find("ConfigMap", program, *told)["data"][f"{program}.yaml"])
        assert {settings[name].rpartition(":")[0] for name in ("listen", "ops_listen")} == {host}
    edge = yaml.safe_load(find("ConfigMap", "envoy", *told)["data"]["envoy.yaml"])
    sockets = [listener["address"]["socket_address"] for listener in edge["static_resources"]["listeners"]]
    assert {socket["address"] for socket in sockets} == {address}
    # A socket of IPv6 takes connections of IPv4 only when it is told so; one of IPv4 may not be told.
    assert all(socket.get("ipv4_compat", False) == (address == "::") for socket in sockets)


def test_what_the_chart_decides_is_known_to_some_program():
    known = {name for program in (*SERVICES, "migrate") for name in manifests.settings_of(program)}
    assert manifests.CHARTS_OWN <= known


def test_envoy_takes_its_configuration(tmp_path):
    text = find("ConfigMap", "envoy")["data"]["envoy.yaml"]
    edge = "/usr/share/ordermesh/edge"
    # Where the image has them, by where they are here.
    for inside, here in ((f"{edge}/ordermesh.pb", BUILD / "protos" / "ordermesh.pb"),
                         *((f"{edge}/{name}", paths.REPOSITORY / "docs" / name) for name in ("openapi.json", "openapi-operators.json")),
                         (f"{edge}/swagger-ui", envoy.swagger_ui()), (edge, paths.REPOSITORY / "docker" / "envoy")):
        assert inside in text
        text = text.replace(inside, str(here))
    file = tmp_path / "envoy.yaml"
    file.write_text(text)
    command = find("Deployment", "envoy")["spec"]["template"]["spec"]["containers"][0]["command"]
    arguments = [str(file) if argument == "/etc/envoy/envoy.yaml" else argument for argument in command[1:]]
    done = subprocess.run([envoy.program(), *arguments, "--mode", "validate"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "configuration '" in done.stdout + done.stderr and "OK" in done.stdout + done.stderr


def test_postgresql_takes_its_configuration(tmp_path):
    data = find("ConfigMap", "postgres", "--set", "postgres.maxConnections=57")["data"]
    (tmp_path / "postgresql.conf").write_text(data["postgresql.conf"])
    command = [f"{postgres.programs()}/postgres", "-C", "max_connections", "-c", f"config_file={tmp_path}/postgresql.conf",
               "-D", str(tmp_path)]
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, **user)
    assert done.stdout.strip() == "57", done.stderr


def test_kafka_takes_its_configuration(tmp_path):
    data = find("ConfigMap", "kafka")["data"]["server.properties"]
    (tmp_path / "server.properties").write_text(data.replace("/var/lib/kafka", str(tmp_path)))
    # Formatting reads the whole configuration as the broker does.
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{paths.KAFKA_JARS}/*", "kafka.tools.StorageTool", "format"]
    done = subprocess.run([*command, "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", tmp_path / "server.properties"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    # What the start script looks for.
    assert (tmp_path / "data" / "log" / "meta.properties").exists()
    assert "/var/lib/kafka/data/log/meta.properties" in find("ConfigMap", "kafka")["data"]["start.sh"]


def test_kafka_is_told_where_clients_find_it():
    data = find("ConfigMap", "kafka")["data"]["server.properties"]
    settings = dict(line.split("=", 1) for line in data.splitlines() if line and not line.startswith("#"))
    assert settings["advertised.listeners"] == "PLAINTEXT://ordermesh-kafka:9092"
    assert settings["auto.create.topics.enable"] == "false"
    mounts = find("StatefulSet", "kafka")["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]
    data_folder = next(mount["mountPath"] for mount in mounts if mount["name"] == "data")
    # Below the volume's root, which may hold a lost+found.
    assert re.fullmatch(rf"{data_folder}/\w+", settings["log.dirs"])


def test_what_a_program_said_last_is_shown_where_its_end_is(variant):
    containers = [container for pod in pods(*variant).values() for container in pod["containers"]]
    assert len(containers) >= 8
    assert {container.get("terminationMessagePolicy") for container in containers} == {"FallbackToLogsOnError"}
