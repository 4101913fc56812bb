"""What the tests of the chart share: rendering it, and reading what came out."""

import functools
import subprocess
from pathlib import Path

import pytest
import yaml

from ordermesh import paths, service_table

CHART = paths.REPOSITORY / "helm" / "ordermesh"
HERE = Path(__file__).parent
SERVICES = tuple(service_table.NAMES)
# Where the stores are the user's own.
EXTERNAL = HERE / "values" / "external.yaml"
# Everything that can be switched on.
EVERYTHING = HERE / "values" / "everything.yaml"
# Where a cloud runs the stores.
MANAGED = HERE / "values" / "managed.yaml"
VARIANTS = {
    "default": [],
    "ha": ["--values", str(CHART / "values-ha.yaml")],
    "minikube": ["--values", str(CHART / "values-minikube.yaml")],
    "external": ["--values", str(EXTERNAL)],
    "everything": ["--values", str(EVERYTHING)],
    "managed": ["--values", str(MANAGED)],
}
# The oldest that the chart takes. `helm` itself would assume 1.20.
KUBERNETES = ("--kube-version", "1.31.0")


def helm(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["helm", *arguments], text=True, capture_output=True, timeout=60)


def template(*arguments: str) -> subprocess.CompletedProcess:
    return helm("template", "ordermesh", str(CHART), "--namespace", "shop", *KUBERNETES, *arguments)


@functools.cache
def objects(*arguments: str) -> list[dict]:
    """Every object that the chart renders. Not to be changed by who gets it."""
    done = template(*arguments)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def find(kind: str, component: str, *arguments: str) -> dict:
    """The only object of this kind of a component."""
    found = [item for item in objects(*arguments)
             if item["kind"] == kind and item["metadata"]["labels"]["app.kubernetes.io/component"] == component]
    assert len(found) == 1, f"{len(found)} objects {kind} of {component}"
    return found[0]


def pods(*arguments: str) -> dict[str, dict]:
    """The spec of every pod that would be made, by kind and name of its owner."""
    found = {}
    for item in objects(*arguments):
        if item["kind"] in ("Deployment", "StatefulSet", "Job"):
            found[f"{item['kind']}/{item['metadata']['name']}"] = item["spec"]["template"]["spec"]
        elif item["kind"] == "Pod":
            found[f"Pod/{item['metadata']['name']}"] = item["spec"]
    return found


@pytest.fixture(params=VARIANTS)
def variant(request) -> list[str]:
    return VARIANTS[request.param]
