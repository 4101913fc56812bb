"""Names, labels and images: every object says what it belongs to, and selectors never change with a version."""

import pytest

from conftest import SERVICES, VARIANTS, find, objects, pods

RECOMMENDED = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/component",
               "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "helm.sh/chart"}
# What may select: nothing that an upgrade changes.
SELECTING = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"}
WORKLOADS = {*SERVICES, "envoy", "migrate", "postgres", "rabbitmq", "kafka", "test"}


def test_every_object_has_the_recommended_labels(variant):
    for item in objects(*variant):
        assert item["metadata"]["labels"].keys() >= RECOMMENDED, f"{item['kind']}/{item['metadata']['name']}"


def test_another_version_of_the_chart_restarts_no_store():
    for component in ("postgres", "rabbitmq", "kafka"):
        assert find("StatefulSet", component)["spec"] == find("StatefulSet", component, "--set", "image.tag=9.9.9")["spec"]
    labels = find("StatefulSet", "postgres")["spec"]["template"]["metadata"]["labels"]
    assert labels.keys() == SELECTING | {"app.kubernetes.io/part-of"}


def test_every_object_is_in_the_namespace_of_the_release(variant):
    assert {item["metadata"]["namespace"] for item in objects(*variant)} == {"shop"}


def test_no_two_objects_share_a_name(variant):
    names = [(item["kind"], item["metadata"]["name"]) for item in objects(*variant)]
    assert sorted(names) == sorted(set(names))


def test_selectors_are_of_what_never_changes_and_select_their_own_pods(variant):
    for item in objects(*variant):
        if item["kind"] in ("Deployment", "StatefulSet"):
            selector = item["spec"]["selector"]["matchLabels"]
            assert selector.keys() == SELECTING
            assert selector.items() <= item["spec"]["template"]["metadata"]["labels"].items()
        elif item["kind"] == "Service":
            assert item["spec"]["selector"].keys() == SELECTING
            assert item["spec"]["selector"]["app.kubernetes.io/component"] == item["metadata"]["labels"]["app.kubernetes.io/component"]


def test_every_workload_has_an_account_of_its_own():
    accounts = {item["metadata"]["name"] for item in objects() if item["kind"] == "ServiceAccount"}
    assert accounts == {f"ordermesh-{name}" for name in WORKLOADS}
    used = [spec["serviceAccountName"] for spec in pods().values()]
    assert sorted(used) == sorted(accounts)


def test_a_release_of_another_name_is_part_of_every_name():
    import conftest
    done = conftest.helm("template", "north", str(conftest.CHART), *conftest.KUBERNETES)
    names = [item["metadata"]["name"] for item in conftest.yaml.safe_load_all(done.stdout) if item]
    assert len(names) > 30 and all(name.startswith("north-ordermesh-") for name in names)


@pytest.mark.parametrize("values", VARIANTS.values(), ids=VARIANTS)
def test_no_image_is_latest_and_every_command_is_named(values):
    for name, spec in pods(*values).items():
        for container in spec["containers"]:
            image = container["image"]
            assert ":" in image.rsplit("/", 1)[-1] and not image.endswith(":latest"), f"{name}: {image}"
            # A stand-in image needs no entry point of its own.
            assert container["command"], name


def test_one_tag_is_for_both_of_our_images_and_a_digest_stands_over_a_tag():
    tagged = pods("--set", "image.tag=9.9.9")
    assert tagged["Deployment/ordermesh-gateway"]["containers"][0]["image"] == "ordermesh/ordermesh:9.9.9"
    assert tagged["Deployment/ordermesh-envoy"]["containers"][0]["image"] == "ordermesh/envoy:9.9.9"
    assert tagged["StatefulSet/ordermesh-postgres"]["containers"][0]["image"] == "postgres:17-trixie"
    everything = pods(*VARIANTS["everything"])
    assert everything["StatefulSet/ordermesh-postgres"]["containers"][0]["image"] == "registry.example.com/mirror/postgres@sha256:" + "a" * 64


def test_migrate_is_an_ordinary_job():
    assert not any("helm.sh/hook" in item["metadata"].get("annotations", {}) for item in objects() if item["kind"] == "Job")
