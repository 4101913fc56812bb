"""A service more is a row more: in a copy of what is made of the table, an invented one is everywhere, with no other edit."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from conftest import KUBERNETES
from ordermesh import paths

ROW = """
- name: gifts
  port: 50090
  stores: [database, amqp, kafka, smtp]
  calls: [validation]
  serves: [{service: ordermesh.gifts.v1.GiftService, listener: shop}]
  memory: {request: 40Mi, limit: 1Gi}
  cpu: 70m
  replicas: 4
  scaled_by: cpu
  compose: {wrapping: paper}
"""
# What the program would say of itself; tools/configuration would write it down.
PAGE = """
## ordermesh-gifts

| name | type | default | what it does |
|---|---|---|---|
| `listen` | text | `127.0.0.1:50090` | |
| `ops_listen` | text | `127.0.0.1:51090` | |
| `log_level` | text | `info` | |
| `drain_delay_ms` | integer, at least 0 | `3000` | |
| `drain_timeout_ms` | integer, at least 0 | `20000` | |
| `database_url` | text | | |
| `amqp_url` | text | | |
| `kafka_brokers` | text | | |
| `smtp_url` | text | | |
| `validation_target` | text | | |
| `wrapping` | text | `paper` | |
| `ribbons` | integer, 1 to 9 | `1` | |
"""
COPIED = ("tools/env.sh", "tools/python", "tools/render-manifests", "tools/kafka", "tools/ordermesh", "helm", "k8s", "docker",
          "services/services.yaml", "docs/configuration.md", "tests/compose", "tests/chart")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A copy with a row and, of the configuration page, a section more, after tools/render-manifests."""
    root = tmp_path_factory.mktemp("with a service more")
    for name in COPIED:
        source, target = paths.REPOSITORY / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    for name, more in (("services/services.yaml", ROW), ("docs/configuration.md", PAGE)):
        with open(root / name, "a") as file:
            file.write(more)
    for arguments in ([], ["--check"]):
        done = subprocess.run([root / "tools" / "render-manifests", *arguments], text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
    return root


def rendered(repository, *arguments):
    command = ["helm", "template", "ordermesh", repository / "helm" / "ordermesh", "--namespace", "shop", *KUBERNETES, *arguments]
    return subprocess.run(command, text=True, capture_output=True, timeout=60)


def gifts(repository, *arguments):
    """The objects of the invented service, by kind."""
    done = rendered(repository, *arguments)
    assert done.returncode == 0, done.stderr
    items = [item for item in yaml.safe_load_all(done.stdout) if item]
    return {item["kind"]: item for item in items if item["metadata"]["labels"]["app.kubernetes.io/component"] == "gifts"}


def test_the_chart_runs_it(repository):
    made = gifts(repository)
    assert made.keys() == {"ServiceAccount", "ConfigMap", "Service", "Deployment", "NetworkPolicy"}
    assert [(port["name"], port["port"]) for port in made["Service"]["spec"]["ports"]] == [("grpc", 50090), ("ops", 51090)]
    (container,) = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["/usr/bin/ordermesh-gifts", "--config=/etc/ordermesh/gifts.yaml"]
    assert container["resources"] == {"requests": {"cpu": "70m", "memory": "40Mi"}, "limits": {"memory": "1Gi"}}
    assert yaml.safe_load(made["ConfigMap"]["data"]["gifts.yaml"]) == {
        "listen": "[::]:50090", "ops_listen": "[::]:51090", "log_level": "info", "drain_delay_ms": 5000, "drain_timeout_ms": 20000,
        "database_url_file": "/etc/ordermesh/secrets/database_url", "amqp_url_file": "/etc/ordermesh/secrets/amqp_url",
        "kafka_brokers": "ordermesh-kafka:9092", "validation_target": "dns:///ordermesh-validation:50052"}


def test_its_database_url_is_in_the_secret_that_it_reads(repository):
    done = rendered(repository, "--show-only", "templates/postgres.yaml")
    assert re.search(r"^  gifts_url: postgres://ordermesh_gifts:", done.stdout, re.MULTILINE)
    (volume,) = gifts(repository)["Deployment"]["spec"]["template"]["spec"]["volumes"]
    assert {"key": "gifts_url", "path": "secrets/database_url"} in [
        item for source in volume["projected"]["sources"] if "secret" in source for item in source["secret"]["items"]]


def test_it_scales_and_keeps_to_its_budget(repository):
    ha = gifts(repository, "--values", repository / "helm" / "ordermesh" / "values-ha.yaml")
    assert ha["Deployment"]["spec"]["replicas"] == 4 and "PodDisruptionBudget" in ha
    assert "HorizontalPodAutoscaler" in gifts(repository, "--set", "gifts.autoscaling.enabled=true")
    reversed_ = rendered(repository, "--set", "gifts.autoscaling.enabled=true,gifts.autoscaling.minReplicas=9")
    assert "gifts.autoscaling.maxReplicas is less than minReplicas" in reversed_.stderr


@pytest.mark.parametrize("value, taken", [
    ("gifts.config.ribbons=9", True), ("gifts.config.ribbons=10", False), ("gifts.config.bows=1", False), ("gifts.bows=1", False),
    ("gifts.config.validation_target=x", False), ("postgres.keys.gifts=uri", True)])
def test_its_values_are_checked(repository, value, taken):
    assert (rendered(repository, "--set", value).returncode == 0) == taken


def test_it_may_talk_to_whom_its_row_names_and_to_nobody_else(repository):
    policy = gifts(repository, "--set", "networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.a=b")["NetworkPolicy"]["spec"]

    def peers(rules, end):
        return {(peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"], rule["ports"][0]["port"])
                for rule in rules for peer in rule.get(end, []) if "podSelector" in peer}

    assert peers(policy["ingress"], "from") == {("envoy", 50090)}
    assert [rule["ports"] for rule in policy["ingress"] if "namespaceSelector" in rule["from"][0]] == [[{"port": 51090}]]
    assert peers(policy["egress"], "to") == {("validation", 50052), ("postgres", 5432), ("rabbitmq", 5672), ("kafka", 9092)}


def test_the_chart_and_the_plain_manifests_tell_of_it(repository):
    readme = (repository / "helm" / "ordermesh" / "README.md").read_text()
    assert "| gifts.replicas | int | `1` |" in readme and "| postgres.keys.gifts | string | `\"gifts_url\"` |" in readme
    built = subprocess.run(["kustomize", "build", repository / "k8s" / "overlays" / "dev"], text=True, capture_output=True)
    assert built.returncode == 0, built.stderr
    items = {(item["kind"], item["metadata"]["name"]): item for item in yaml.safe_load_all(built.stdout)}
    assert ("Deployment", "ordermesh-gifts") in items and "gifts_url" in items["Secret", "ordermesh-postgres"]["data"]
    assert '  --from-literal=gifts_url="$(url ordermesh_gifts "$role")"\n' in (repository / "k8s" / "README.md").read_text()


def test_compose_runs_it(repository):
    service = yaml.safe_load((repository / "docker" / "compose.yaml").read_text())["services"]["gifts"]
    assert service["environment"].items() >= {
        "ORDERMESH_LISTEN": "0.0.0.0:50090", "ORDERMESH_VALIDATION_TARGET": "dns:///validation:50052",
        "ORDERMESH_KAFKA_BROKERS": "kafka:9092", "ORDERMESH_WRAPPING": "paper"}.items()
    assert (service["mem_limit"], service["networks"]) == ("1g", ["services", "stores", "outgoing"])
    assert service["healthcheck"]["test"] == ["CMD", "/usr/bin/ordermesh-probe", "51090", "/readyz"]


def test_a_stack_would_start_it(repository, tmp_path):
    """Asked of the copy's own tools: what tools/run starts, builds and tells it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ordermesh-gifts").touch()
    ask = f"""
import json, pathlib
from ordermesh import servers, service_table
from ordermesh.servers.server import Site
site = Site(pathlib.Path({str(tmp_path)!r}), "mark", {{"build": {str(tmp_path)!r}, "gifts.ribbons": "3"}})
site.servers = {{name: servers.ALL[name](site) for name in servers.SYSTEM}}
gifts = site.servers["gifts"]
print(json.dumps([gifts.after, gifts.command(), site.servers["validation"].port, service_table.PROGRAMS]))
"""
    done = subprocess.run([repository / "tools" / "python", "-c", ask], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    after, (program, *flags), validation, programs = json.loads(done.stdout)
    assert after == ["migrate", "validation", "mail"] and "gifts" in programs
    assert program.endswith("/bin/ordermesh-gifts")
    told = dict(flag.removeprefix("--").split("=", 1) for flag in flags)
    assert told["validation_target"] == f"dns:///127.0.0.1:{validation}" and told["ribbons"] == "3"
    assert told["database_url"].startswith("postgres://ordermesh_gifts@") and told["smtp_url"] and told["amqp_url"] and told["kafka_brokers"]


def test_the_tests_of_compose_and_of_the_policies_hold_for_it_too(repository):
    tests = ["tests/compose/config_test.py", "tests/chart/network_test.py"]
    # The edge's own addresses are made of the protos, and this service has none.
    edges = ["tests/chart/network_test.py::test_every_address_that_a_program_is_told_is_in_the_table",
             "tests/compose/config_test.py::test_the_edge_is_rendered_for_these_services"]
    others = (f"--deselect={test}" for test in edges)
    command = [repository / "tools" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, *others]
    done = subprocess.run(command, cwd=repository, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]
