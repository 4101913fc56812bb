"""What is rendered is taken by a real API server, also where it admits nothing but the restricted Pod Security Standard."""

import json
import pathlib

import pytest
import yaml

from kubernetes import CommandFailed, Namespace

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CHART = REPOSITORY / "helm" / "ordermesh"
VALUES = REPOSITORY / "tests" / "chart" / "values"
VARIANTS = {
    "default": None,
    "ha": CHART / "values-ha.yaml",
    "minikube": CHART / "values-minikube.yaml",
    "external stores": VALUES / "external.yaml",
    "everything switched on": VALUES / "everything.yaml",
}
KEDA = "keda.sh/v1alpha1"  # not a part of Kubernetes: its objects are checked in tests/chart


@pytest.fixture(scope="module")
def restricted(namespace):
    """An empty namespace: nothing here is an update. It also warns of owners whose pods would be refused."""
    space = Namespace(f"{namespace.name}-admission")
    space.apply(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space.name, "labels": {
            f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}}}))
    yield space
    space.kubectl("delete", "namespace", space.name, "--wait=false")  # it is empty: nothing is left to wait for


def offer(space, objects):
    """Asks the API server for each object's verdict; a warning counts as a refusal. What it would have done, one a line."""
    manifest = yaml.safe_dump_all(objects)
    return space.kubectl("apply", "--dry-run=server", "--warnings-as-errors", "--filename=-", stdin=manifest).splitlines()


def rendered(space, *options):
    """As `helm install` would make it on this cluster; without a version `helm template` assumes one of long ago."""
    version = json.loads(space.kubectl("version", "--output=json"))["serverVersion"]["gitVersion"]
    objects = native(space.helm("template", "ordermesh", str(CHART), f"--kube-version={version}", *options))
    for item in objects:
        if item["kind"] == "Pod":  # helm test's: its account has to exist, and a dry run makes none
            item["spec"]["serviceAccountName"] = "default"
    return objects


def native(text):
    return [item for item in yaml.safe_load_all(text) if item and item["apiVersion"] != KEDA]


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_every_object_of_the_chart_is_admitted(restricted, values):
    objects = rendered(restricted, *([f"--values={values}"] if values else []))
    admitted = offer(restricted, objects)
    assert len(admitted) == len(objects) > 30
    assert all(line.endswith("created (server dry run)") for line in admitted)


@pytest.mark.parametrize("overlay", ["dev", "ha"])
def test_every_object_of_the_plain_manifests_is_admitted(restricted, overlay):
    objects = native(restricted.kubectl("kustomize", str(REPOSITORY / "k8s" / "overlays" / overlay)))
    (home,) = [item for item in objects if item["kind"] == "Namespace"]
    assert home["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    objects.remove(home)
    for item in objects:
        item["metadata"]["namespace"] = restricted.name
    assert len(offer(restricted, objects)) == len(objects) > 30


def test_what_is_not_restricted_is_refused(restricted):
    objects = rendered(restricted)
    gateway = next(item for item in objects if item["kind"] == "Deployment" and item["metadata"]["name"] == "ordermesh-gateway")
    del gateway["spec"]["template"]["spec"]["containers"][0]["securityContext"]["capabilities"]
    with pytest.raises(CommandFailed, match="unrestricted capabilities"):
        offer(restricted, [gateway])
