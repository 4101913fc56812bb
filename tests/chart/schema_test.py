"""What the chart renders is what Kubernetes takes: each object against the API's own schemas, strictly."""

import re

import kubernetes_validate
import pytest
import yaml

from conftest import CHART, HERE, VARIANTS, helm, objects
from ordermesh import paths

VERSIONS = ["1.31.0", "1.32.0", "1.33.0", "1.34.0", "1.35.0"]
# Not a part of Kubernetes: KEDA's, which are checked below against what its documentation says.
CUSTOM = ("ScaledObject", "TriggerAuthentication")


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_helm_lint_finds_nothing(values):
    done = helm("lint", "--strict", "--kube-version", "1.31.0", str(CHART), *values)
    assert done.returncode == 0, done.stdout + done.stderr


def refusals(items, version):
    found = []
    for item in items:
        try:
            assert kubernetes_validate.validate(item, version, strict=True) == version[:4]
        except kubernetes_validate.ValidationError as error:
            found.append(f"{item['kind']}/{item['metadata']['name']} {'.'.join(map(str, error.path))}: {error.message}")
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(version):
    rendered = {repr(item): item for values in VARIANTS.values() for item in objects(*values)}
    native = [item for item in rendered.values() if item["kind"] not in CUSTOM]
    assert {item["kind"] for item in native} >= {"Deployment", "StatefulSet", "Job", "NetworkPolicy", "PodDisruptionBudget",
                                                 "HorizontalPodAutoscaler", "Service", "Secret", "ConfigMap", "Pod"}
    assert refusals(native, version) == []


def test_the_schemas_refuse_an_unknown_field():
    deployment = next(item for item in objects() if item["kind"] == "Deployment")
    wrong = yaml.safe_load(yaml.safe_dump(deployment))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert len(refusals([wrong], "1.34.0")) == 1


def test_custom_resources_are_of_the_versions_that_are_served():
    custom = [item for item in objects("--values", str(HERE / "values" / "everything.yaml")) if item["kind"] in CUSTOM]
    assert {(item["kind"], item["apiVersion"]) for item in custom} == {
        ("ScaledObject", "keda.sh/v1alpha1"), ("TriggerAuthentication", "keda.sh/v1alpha1")}


def test_the_plain_manifests_are_valid():
    items = [item for file in paths.REPOSITORY.glob("k8s/base/*.yaml") if file.name != "kustomization.yaml"
             for item in yaml.safe_load_all(re.sub(r"(?m)^#.*\n", "", file.read_text()))]
    assert refusals(items, VERSIONS[0]) == []
