"""What of the chart, of k8s/ and of docker/ is made of the table of services (services/services.yaml).

Some files are made whole; of others, which are written by hand, only what the table says is replaced or added: comments, and what
one service alone has, stay. A service that has left the table leaves by hand from values.yaml and its schema.
"""

import pathlib
import re

from .paths import REPOSITORY
from .service_table import ROWS, Row, callers

CHART = REPOSITORY / "helm" / "ordermesh"
_DOCKER = REPOSITORY / "docker"
_K8S = REPOSITORY / "k8s"

# Where each store is in the chart, and in Compose the setting that says so.
_COMPONENTS = {"database": ("postgres", 5432), "amqp": ("rabbitmq", 5672), "kafka": ("kafka", 9092)}
_COMPOSE_STORES = {
    "database": ("DATABASE_URL", "postgres://{role}:${{ROLE_PASSWORD:?see docker/.env}}@postgres:5432/ordermesh"),
    "amqp": ("AMQP_URL", "amqp://ordermesh:${{RABBITMQ_PASSWORD:?see docker/.env}}@rabbitmq:5672/"),
    "kafka": ("KAFKA_BROKERS", "kafka:9092"),
    "smtp": ("SMTP_URL", "${{{upper}_SMTP_URL:-smtp://mailpit:1025}}"),
}

_TRAFFIC = """\
# Made by tools/render-manifests from services/services.yaml: who may call whom, on which port of the callee. The NetworkPolicies are
# made of this table and of nothing else: what is not here is refused in both directions. `test` is the pod of `helm test`; `anyone`
# is the world outside of the release.
- {from: anyone, to: envoy, port: 8080}
- {from: test, to: envoy, port: 8080}
# The operators' port: see networkPolicy.operatorsFrom.
- {from: test, to: envoy, port: 8081}
"""

_AUTOSCALING = """\
  autoscaling:
    # -- A HorizontalPodAutoscaler instead of `replicas`; needs metrics-server.
    enabled: false
    # -- The fewest replicas.
    minReplicas: 2
    # -- The most.
    maxReplicas: 5
    # -- Per cent of the processor request that the replicas should use on average.
    targetCpuUtilization: 200
"""

_VALUES = """\
{name}:
  # -- Its replicas.
  replicas: 1
  # -- Settings of `ordermesh-{name}`, by the names of docs/configuration.md. Where they listen, and secrets, are the chart's.
  config: {{}}
{autoscaling}\
  # -- Requests, and a memory limit. No processor limit: it would stop threads in the middle of a batch.
  resources:
    requests: {{}}
    limits: {{}}
  # -- Annotations of its pods.
  podAnnotations: {{}}
  # -- Where its pods may run.
  nodeSelector: {{}}
  # -- Taints that its pods bear.
  tolerations: []
  # -- Affinity of its pods; spreading over nodes and zones is there already.
  affinity: {{}}
  # -- The priority class of its pods.
  priorityClassName: ""

"""


def make() -> dict[pathlib.Path, str]:
    """Each file with its text."""
    return {CHART / "files" / "traffic.yaml": _traffic()} | {
        file: edit(file.read_text()) for file, edit in {
            CHART / "values.yaml": _values,
            CHART / "values-ha.yaml": _ha_values,
            CHART / "README.md.gotmpl": _url_arguments,
            _K8S / "README.md": _url_arguments,
            _K8S / "overlays" / "dev" / "kustomization.yaml": _development_urls,
            _K8S / "overlays" / "ha" / "kustomization.yaml": _ha_replicas,
            _DOCKER / "compose.yaml": _compose,
        }.items()
    }  # fmt: skip


def complete_schema(schema: dict) -> None:
    """Adds to values.schema.json what every service has."""
    for row in ROWS:
        known = schema["properties"].setdefault(row.name, {"type": "object", "additionalProperties": False, "properties": {}})
        known["properties"].update(_schema_of(row))
        if "database" in row.stores:
            schema["properties"]["postgres"]["properties"]["keys"]["properties"][row.name] = {"$ref": "#/definitions/key"}


def _schema_of(row: Row) -> dict:
    kinds = {"config": f"{row.name}Config", "podAnnotations": "strings", "nodeSelector": "strings", "tolerations": "tolerations",
             "affinity": "affinity", "priorityClassName": "name", "resources": "resources"}
    if row.scaled_by == "cpu":
        kinds["autoscaling"] = "autoscaling"
    return {"replicas": {"type": "integer", "minimum": 0}} | {key: {"$ref": f"#/definitions/{kind}"} for key, kind in kinds.items()}


def _traffic() -> str:
    served = sorted((row for row in ROWS if row.serves), key=lambda row: row.port)
    calls = [("envoy", row.name, row.port) for row in served]
    calls += [(caller, row.name, row.port) for row in ROWS for caller in callers(row.name)]
    calls += [(row.name, *_COMPONENTS[store]) for row in ROWS for store in row.stores if store in _COMPONENTS]
    calls += [("migrate", *component) for component in _COMPONENTS.values()]
    return _TRAFFIC + "".join(f"- {{from: {caller}, to: {callee}, port: {port}}}\n" for caller, callee, port in calls)


def _values(text: str) -> str:
    for row in ROWS:
        if f"\n{row.name}:\n" not in text:
            section = _VALUES.format(name=row.name, autoscaling=_AUTOSCALING if row.scaled_by == "cpu" else "")
            text = text.replace("\nenvoy:\n", f"\n{section}envoy:\n", 1)
        section = re.search(rf"(?ms)^{row.name}:\n.*?(?=^\w)", text)[0]
        resources = (
            f"  resources:\n    requests: {{cpu: {row.cpu}, memory: {row.memory['request']}}}\n"
            f"    limits: {{memory: {row.memory['limit']}}}\n"
        )
        text = text.replace(section, re.sub(r"  resources:\n    requests: .*\n    limits: .*\n", resources, section))
    before, keys, after = re.split(r"(?m)(?<=^  keys:\n)(.*?)(?=^  \S)", text, maxsplit=1, flags=re.DOTALL)
    missing = [row for row in _with_database() if f"\n    {row.name}: " not in keys]
    return before + keys + "".join(f"    # -- The URL of `{row.role}`.\n    {row.name}: {row.name}_url\n" for row in missing) + after


def _ha_values(text: str) -> str:
    return _replaced(text, r"(?!envoy)\w+:\n  replicas: \d+\n", [f"{row.name}:\n  replicas: {row.replicas}\n" for row in ROWS])


def _ha_replicas(text: str) -> str:
    wanted = [f"  - {{name: ordermesh-{row.name}, count: {row.replicas}}}\n" for row in ROWS]
    return _replaced(text, r"  - \{name: ordermesh-(?!envoy)\w+, count: \d+\}\n", wanted)


def _url_arguments(text: str) -> str:
    """In a page, the arguments of kubectl that make the Secret for PostgreSQL."""
    pattern = r'  --from-literal=(?!owner)\w+_url="\$\(url ordermesh_\w+ "(?P<password>\$\w+)"\)"(?: \\)?\n'
    password = re.search(pattern, text)["password"]
    arguments = [f'  --from-literal={row.name}_url="$(url {row.role} "{password}")"' for row in _with_database()]
    return _replaced(text, pattern, [" \\\n".join(arguments) + "\n"])


def _development_urls(text: str) -> str:
    address = "for-development-only@ordermesh-postgres:5432/ordermesh"
    wanted = [f"      - {row.name}_url=postgres://{row.role}:{address}\n" for row in _with_database()]
    return _replaced(text, r"      - (?!owner)\w+_url=postgres://\S+\n", wanted)


def _compose(text: str) -> str:
    begin, end = "  # Made by tools/render-manifests from services/services.yaml …\n", "  # … to here.\n"
    before, _, rest = text.partition(begin)
    made, _, after = rest.partition(end)
    if not made:
        raise ValueError(f"docker/compose.yaml: no line '{begin.strip()}', or '{end.strip()}' after it")
    return before + begin + "\n".join(map(_compose_service, ROWS)) + end + after


def _compose_service(row: Row) -> str:
    environment = [f"ORDERMESH_LISTEN: 0.0.0.0:{row.port}", f"ORDERMESH_OPS_LISTEN: 0.0.0.0:{row.ops_port}"]
    for store in row.stores:
        name, value = _COMPOSE_STORES[store]
        environment.append(f"ORDERMESH_{name}: " + value.format(role=row.role, upper=row.name.upper()))
    for callee in (other for other in ROWS if other.name in row.calls):
        environment += [f"# Every address of the name, balanced over: `--scale {callee.name}=3`.",
                        f"ORDERMESH_{callee.name.upper()}_TARGET: dns:///{callee.name}:{callee.port}"]
    environment += [f"ORDERMESH_{name.upper()}: {value}" for name, value in row.compose.items()]
    lines = "".join(f"      {line}\n" for line in environment)
    return f"""\
  {row.name}:
    <<: *program
    entrypoint: [/usr/bin/ordermesh-{row.name}]
    environment:
{lines}\
    networks: [{", ".join(_compose_networks(row))}]
    depends_on: *after-migrate
    healthcheck:
      <<: *check
      test: [CMD, /usr/bin/ordermesh-probe, "{row.ops_port}", /readyz]
    mem_limit: {row.memory["limit"].replace("Mi", "m").replace("Gi", "g")}
"""


def _compose_networks(row: Row) -> list[str]:
    talks = row.serves or row.calls or callers(row.name)
    return [*(["services"] if talks else []), "stores", *(["outgoing"] if "smtp" in row.stores else [])]


def _with_database() -> list[Row]:
    return [row for row in ROWS if "database" in row.stores]


def _replaced(text: str, pattern: str, wanted: list[str]) -> str:
    """The text with these in the place of the first run of what the pattern matches."""
    run = re.search(rf"(?m)^(?:{pattern})+", text)
    if run is None:
        raise ValueError(f"nothing matches {pattern}")
    return text[: run.start()] + "".join(wanted) + text[run.end() :]
