"""Makes what of helm/ordermesh, k8s/ and docker/ is made from elsewhere.

- what services/services.yaml says of the services: see service_files;
- helm/ordermesh/files: what local runs use as well;
- helm/ordermesh/values.schema.json: the settings of each program, from docs/configuration.md;
- helm/ordermesh/README.md: from values.yaml, by helm-docs;
- k8s/base: the chart, rendered with k8s/values.yaml;
- k8s/overlays/ha/availability.yaml: what values-ha.yaml adds to that;
- docker/stores.yaml: the chart's configuration of the stores, for docker/compose.yaml.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

from . import service_files, service_table

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CHART = REPOSITORY / "helm" / "ordermesh"
BASE = REPOSITORY / "k8s" / "base"
AVAILABILITY = REPOSITORY / "k8s" / "overlays" / "ha" / "availability.yaml"
STORES = REPOSITORY / "docker" / "stores.yaml"
# The oldest Kubernetes that the chart takes; what is rendered is the same for all.
KUBERNETES = "1.31.0"

_COPIES = {
    CHART / "files" / "envoy.yaml": REPOSITORY / "docker" / "envoy" / "envoy.yaml",
    CHART / "files" / "log4j2.properties": REPOSITORY / "tools" / "kafka" / "log4j2.properties",
    CHART / "files" / "services.yaml": REPOSITORY / "services" / "services.yaml",
}
# What the chart decides, or keeps in Secrets: not for `<name>.config`.
CHARTS_OWN = {
    *("listen", "ops_listen", "database_url", "amqp_url", "amqp_ca_file", "role_password"),
    *("kafka_brokers", "kafka_security", "kafka_ca_file", "kafka_sasl_mechanism", "kafka_username", "kafka_password"),
    *("channels", "smtp_url", "smtp_tls", "smtp_username", "smtp_password", "mail_from", "webhook_url", "sample_data"),
    *(f"{row.name}_target" for row in service_table.ROWS if service_table.callers(row.name)),
}
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>[^|]+?) \| .*\|$")


def settings_of(program: str) -> dict[str, str]:
    """The settings of a program, each with its type as docs/configuration.md says it."""
    page = (REPOSITORY / "docs" / "configuration.md").read_text()
    section = page.split(f"\n## ordermesh-{program}\n", 1)[1].split("\n## ", 1)[0]
    return {row["name"]: row["type"] for row in map(_ROW.match, section.splitlines()) if row}


def _schema_of(described: str) -> dict:
    """`integer, 1 to 64` as JSON Schema."""
    kind, _, bounds = described.partition(", ")
    if kind == "boolean":
        return {"type": "boolean"}
    if kind == "text":
        return {"type": "string"}
    schema: dict = {"type": "integer"}
    if found := re.fullmatch(r"at least (-?\d+)", bounds):
        schema["minimum"] = int(found[1])
    elif found := re.fullmatch(r"(-?\d+) to (-?\d+)", bounds):
        schema["minimum"], schema["maximum"] = int(found[1]), int(found[2])
    elif bounds:
        raise ValueError(f"docs/configuration.md: what is '{described}'?")
    return schema


def _schema() -> str:
    schema = json.loads((CHART / "values.schema.json").read_text())
    for program in service_table.PROGRAMS:
        settings = {name: _schema_of(kind) for name, kind in settings_of(program).items() if name not in CHARTS_OWN}
        schema["definitions"][f"{program}Config"] = {
            "type": "object",
            "additionalProperties": False,
            "properties": settings,
        }
    service_files.complete_schema(schema)
    return json.dumps(schema, indent=2) + "\n"


def _readme() -> str:
    return _run("helm-docs", "--chart-search-root", str(CHART), "--template-files", "README.md.gotmpl", "--dry-run",
                "--log-level", "warning").strip() + "\n"


def render(*arguments: str) -> str:
    """What `helm template` prints for the release `ordermesh` in the namespace `ordermesh`."""
    return _run("helm", "template", "ordermesh", str(CHART), "--namespace", "ordermesh", "--kube-version", KUBERNETES, *arguments)


def _manifests(*values: pathlib.Path) -> list[tuple[str, str]]:
    """(template, manifest) of each object, as plain manifests."""
    text = render("--skip-tests", *(f"--values={file}" for file in (REPOSITORY / "k8s" / "values.yaml", *values)))
    # Helm takes no part in what is made of these.
    text = text.replace("app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kustomize")
    found = re.findall(r"(?ms)^# Source: ordermesh/templates/(\S+)\n(.*?)(?=^---$|\Z)", text)
    return [(template, manifest.strip("\n")) for template, manifest in found]


def _component(manifest: str) -> str:
    return re.search(r"(?m)^    app\.kubernetes\.io/component: (\S+)$", manifest)[1]


def _file(template: str, manifests: list[str]) -> str:
    return f"# Made by tools/render-manifests from helm/ordermesh/templates/{template}; change it there.\n" + "\n---\n".join(manifests) + "\n"


def _base() -> dict[pathlib.Path, str]:
    """A file for each template, or each service, and the kustomization that lists them."""
    made: dict[tuple[str, str], list[str]] = {}
    for template, manifest in _manifests():
        name = f"{_component(manifest)}.yaml" if template == "services.yaml" else template
        made.setdefault((name, template), []).append(manifest)
    files = {BASE / name: _file(template, manifests) for (name, template), manifests in made.items()}
    listed = "".join(f"  - {file.name}\n" for file in sorted(files))
    files[BASE / "kustomization.yaml"] = (
        "# Made by tools/render-manifests. The Secrets ordermesh-postgres and ordermesh-rabbitmq are an overlay's matter.\n"
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ordermesh\n"
        f"resources:\n  - namespace.yaml\n{listed}"
    )
    return files


def _availability() -> dict[pathlib.Path, str]:
    budgets = [text for _, text in _manifests(CHART / "values-ha.yaml") if "\nkind: PodDisruptionBudget\n" in text]
    return {AVAILABILITY: _file("_availability.tpl", sorted(budgets, key=_component))}


def _stores() -> dict[pathlib.Path, str]:
    """What the chart mounts into its stores, as variables; each is called by its own name, without the release's."""
    services: dict[str, dict] = {}
    for template, manifest in _manifests():
        store, configuration = template.removesuffix(".yaml"), yaml.safe_load(manifest)
        if store in ("postgres", "rabbitmq", "kafka") and configuration["kind"] == "ConfigMap":
            services[store] = {"environment": {
                stores_variable(name): text.replace(f"ordermesh-{store}", store).rstrip("\n").replace("$", "$$") + "\n"
                for name, text in configuration["data"].items()
            }}  # fmt: skip
    return {STORES: (
        "# Made by tools/render-manifests from the chart's ConfigMaps: what the stores are told. Compose reads it and hands it over as\n"
        "# variables; files of a clone that is its owner's alone (umask 077) could not be read by the stores' users.\n"
    ) + yaml.dump({"services": services}, Dumper=_Blocks, width=1000)}  # fmt: skip


def stores_variable(file: str) -> str:
    """In which a store finds the text of a file of its ConfigMap: FILE_PG_HBA_CONF."""
    return "FILE_" + re.sub(r"\W", "_", file).upper()


class _Blocks(yaml.SafeDumper):
    """Writes text of several lines as it is read."""

    def represent_str(self, text: str) -> yaml.Node:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _Blocks.represent_str)


def make() -> dict[pathlib.Path, str]:
    """What is made without rendering the chart, each file with its text."""
    copies = {target: source.read_text() for target, source in _COPIES.items()}
    return copies | service_files.make() | {CHART / "values.schema.json": _schema()}


def make_rendered() -> dict[pathlib.Path, str]:
    """Those that helm and helm-docs make of the chart."""
    return {CHART / "README.md": _readme()} | _base() | _availability() | _stores()


def stale(files: dict[pathlib.Path, str]) -> list[pathlib.Path]:
    return [file for file, text in files.items() if not file.exists() or file.read_text() != text]


def left_over(files: dict[pathlib.Path, str]) -> list[pathlib.Path]:
    """Rendered files that nothing renders any more."""
    return [file for file in BASE.glob("*.yaml") if file not in files and file.name != "namespace.yaml"]


def _run(program: str, *arguments: str) -> str:
    if shutil.which(program) is None:
        raise SystemExit(f"render-manifests: {program} is not installed; run tools/setup")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"render-manifests: {program}: {done.stderr.strip()}")
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/render-manifests", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is out of date")
    if not parser.parse_args().check:
        for files_of in (make, make_rendered):  # one after the other: the second renders what the first has written
            files = files_of()
            for file in stale(files):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(files[file])
        for file in left_over(files):
            file.unlink()
        return 0
    made, rendered = make(), make_rendered()
    wrong = stale(made | rendered) + left_over(rendered)
    for file in wrong:
        print(f"{file.relative_to(REPOSITORY)} is out of date; run tools/render-manifests", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
