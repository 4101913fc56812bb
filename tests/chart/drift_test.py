"""What is made of the chart is up to date, and the overlays say what the values say."""

import subprocess

import pytest
import yaml

from conftest import CHART, VARIANTS, objects
from ordermesh import manifests, paths, service_table

K8S = paths.REPOSITORY / "k8s"


def test_nothing_made_is_out_of_date():
    done = subprocess.run([paths.REPOSITORY / "tools" / "render-manifests", "--check"], text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_file_is_named(tmp_path):
    file = tmp_path / "gateway.yaml"
    file.write_text("old")
    assert manifests.stale({file: "new"}) == [file]
    assert manifests.stale({file: "old"}) == []
    assert manifests.stale({tmp_path / "missing.yaml": ""}) == [tmp_path / "missing.yaml"]


def test_the_values_have_a_section_for_each_program_and_for_no_other():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert {name for name, section in values.items() if isinstance(section, dict) and "config" in section} == set(service_table.PROGRAMS)


def build(overlay):
    done = subprocess.run(["kustomize", "build", str(K8S / "overlays" / overlay)], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def replicas(items):
    return {item["metadata"]["name"]: item["spec"]["replicas"] for item in items if item["kind"] == "Deployment"}


@pytest.mark.parametrize("overlay, variant", [("dev", "default"), ("ha", "ha")])
def test_an_overlay_is_what_the_chart_gives_for_the_same_values(overlay, variant):
    built, rendered = build(overlay), [item for item in objects(*VARIANTS[variant]) if "helm.sh/hook" not in item["metadata"].get("annotations", {})]
    assert replicas(built) == replicas(rendered)
    names = {(item["kind"], item["metadata"]["name"]) for item in built} - {("Namespace", "ordermesh")}
    wanted = {(item["kind"], item["metadata"]["name"].replace("migrate-1-", "migrate-0-1-0-")) for item in rendered}
    if overlay == "ha":
        wanted -= {("Secret", "ordermesh-postgres"), ("Secret", "ordermesh-rabbitmq")}
    assert names == wanted
    assert {item["metadata"].get("namespace") for item in built if item["kind"] != "Namespace"} == {"ordermesh"}


def test_the_development_secrets_have_the_keys_that_the_chart_would_make():
    made = {item["metadata"]["name"]: set(item["stringData"]) for item in objects() if item["kind"] == "Secret"}
    given = {item["metadata"]["name"]: set(item["data"]) for item in build("dev") if item["kind"] == "Secret"}
    assert given == {"ordermesh-postgres": made["ordermesh-postgres"],
                     "ordermesh-rabbitmq": made["ordermesh-rabbitmq"] - {"management_url"}}


def test_the_namespace_refuses_what_is_not_restricted():
    namespace = next(item for item in build("dev") if item["kind"] == "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_plain_manifests_do_not_claim_to_be_helms():
    assert {item["metadata"]["labels"].get("app.kubernetes.io/managed-by", "kustomize") for item in build("ha")} == {"kustomize"}
