"""Whatever a release, a namespace or a value is called: the names are valid and nobody else's, and stay text."""

import itertools
import re

import kubernetes_validate
import pytest
import yaml

from conftest import CHART, EXTERNAL, KUBERNETES, VARIANTS, helm

# A release begins with a letter or digit, has dots, and is at most 53 characters long; a namespace may be all digits.
LONG = "shop-of-a-customer-with-a-name-that-is-very-long-in-"
RELEASES = ["ordermesh", "shop", "1shop", "shop.eu", "shop-eu", "no", "on", "null", "1234", "1e3", "0x1f", "2026-11-28", "my-ordermesh", "my",
            "ordermesh-ordermesh", f"{LONG}a", f"{LONG}b", f"{LONG[:28]}.{LONG[29:]}a", "a" * 30, "a" * 31, "a-" * 20 + "a"]
NAMESPACES = ["shop", "1234", "no", "1e3", "0x1f"]
# A Service is called by DNS-1035; all else takes that, too.
NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
# A StatefulSet's name and a hash of 10 are a label of its pods.
LONGEST = {"StatefulSet": 52}


def rendered(release="ordermesh", namespace="shop", *arguments):
    done = helm("template", release, str(CHART), "--namespace", namespace, *KUBERNETES, *arguments)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


def labels_of(item):
    """All labels and selectors of an object, wherever they stand."""
    if isinstance(item, list):
        for each in item:
            yield from labels_of(each)
    elif isinstance(item, dict):
        for key, value in item.items():
            if key in ("labels", "matchLabels", "selector") and isinstance(value, dict):
                yield from ((name, text) for name, text in value.items() if not isinstance(text, dict))
            yield from labels_of(value)


def wrong(items):
    """What Kubernetes would refuse."""
    found = []
    for item in items:
        kind, name = item["kind"], item["metadata"]["name"]
        if not (isinstance(name, str) and NAME.fullmatch(name) and len(name) <= LONGEST.get(kind, 63)):
            found.append(f"{kind}: name {name!r}")
        found += [f"{kind}/{name}: {label}={text!r}" for label, text in labels_of(item)
                  if not (isinstance(text, str) and LABEL.fullmatch(text) and len(text) <= 63)]
        if "keda.sh" not in item["apiVersion"]:
            try:
                kubernetes_validate.validate(item, "1.31.0", strict=True)
            except kubernetes_validate.ValidationError as error:
                found.append(f"{kind}/{name} {'.'.join(map(str, error.path))}: {error.message}")
    return found


def names(items):
    return {(item["kind"], item["metadata"]["name"]) for item in items}


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_of_any_name_is_valid(release):
    items = rendered(release, "shop", *VARIANTS["everything"])
    assert wrong(items) == []
    assert {item["metadata"]["labels"]["app.kubernetes.io/instance"] for item in items} == {release}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_a_namespace_of_any_name_is_text(namespace):
    items = rendered("ordermesh", namespace)
    assert wrong(items) == []
    assert {item["metadata"]["namespace"] for item in items} == {namespace}


def test_no_two_releases_share_a_name():
    of = {release: names(rendered(release)) for release in RELEASES}
    assert len(of) == len(RELEASES)
    assert [(one, other) for one, other in itertools.combinations(RELEASES, 2) if of[one] & of[other]] == []


def test_what_is_a_name_already_stays_as_it_is():
    assert ("Deployment", "shop-ordermesh-gateway") in names(rendered("shop"))
    assert ("Deployment", "ordermesh-gateway") in names(rendered("ordermesh"))
    assert ("Deployment", "orders-gateway") in names(rendered("1shop", "shop", "--set", "fullnameOverride=orders"))


@pytest.mark.parametrize("override", ["no", "1e3x", "a" * 40])
def test_a_full_name_of_ones_own_is_valid(override):
    if NAME.fullmatch(override):
        assert wrong(rendered("shop", "shop", "--set-string", f"fullnameOverride={override}")) == []


@pytest.mark.parametrize("tag", ["1234", "1e3", "_1.0", "1.0_", "v1.0-" + "a" * 57 + "-" + "b" * 40, "a" * 62 + "-." + "c" * 60, "no"])
def test_a_tag_of_any_form_makes_a_label(tag):
    items = rendered("ordermesh", "shop", "--set-string", f"image.tag={tag}")
    assert wrong(items) == []
    (gateway,) = (item for item in items if item["kind"] == "Deployment" and item["metadata"]["name"] == "ordermesh-gateway")
    assert gateway["spec"]["template"]["spec"]["containers"][0]["image"] == f"ordermesh/ordermesh:{tag}"


@pytest.mark.parametrize("text", ["1234", "no", "1e3", "0x1f", "null"])
def test_names_that_a_user_gives_stay_text(text):
    """Of Secrets and their keys, of storage and priority classes."""
    given = ["postgres.existingSecret", "postgres.ownerSecret", "rabbitmq.existingSecret", "rabbitmq.key", "postgres.persistence.storageClass",
             "kafka.persistence.storageClass", "gateway.priorityClassName", "postgres.priorityClassName", "image.registry",
             "notifier.email.existingSecret", "notifier.email.passwordKey", "notifier.email.username", "notifier.keda.managementSecret",
             "notifier.keda.managementKey", *(f"postgres.keys.{key}" for key in ("owner", "rolePassword", "gateway", "relay"))]
    chosen = [f"--set-string={name}={text}" for name in given]
    assert wrong(rendered("ordermesh", "shop", *VARIANTS["everything"], *chosen)) == []
    outside = [f"--set-string={name}={text}" for name in given if "persistence" not in name and not name.startswith("notifier.")]
    kafka = [f"--set-string=kafka.security.{name}={text}" for name in ("existingSecret", "usernameKey", "passwordKey", "caSecret", "caKey")]
    tls = ["--set=kafka.security.protocol=sasl_ssl,kafka.security.mechanism=PLAIN", f"--set-string=rabbitmq.caSecret={text}",
           f"--set-string=rabbitmq.caKey={text}"]
    assert wrong(rendered("ordermesh", "shop", "--values", str(EXTERNAL), *outside, *kafka, *tls)) == []


def job(*arguments):
    (name,) = (item["metadata"]["name"] for item in rendered("ordermesh", "shop", *arguments) if item["kind"] == "Job")
    return name


def test_another_job_of_migrate_has_another_name():
    """`helm template` knows no revision, and who applies its output can't change a Job."""
    assert job() == job(), "the same is the same"
    assert re.fullmatch(r"ordermesh-migrate-1-[0-9a-f]{8}", job())
    changes = ["image.tag=9.9.9", "image.registry=registry.example.com", "migrate.sampleData=false", "migrate.backoffLimit=1",
               "migrate.config.wait_timeout_s=10", "migrate.resources.limits.memory=1Gi", "migrate.priorityClassName=high",
               "postgres.ownerSecret=other", "migrate.podAnnotations.a=b", "migrate.setRolePasswords=false", "image.pullPolicy=Always",
               "security.fixedIds=false", "migrate.nodeSelector.disk=ssd", "migrate.ttlSecondsAfterFinished=60"]
    made = [job(), *(job("--set", change) for change in changes)]
    assert len(set(made)) == len(made)
    assert job("--set", "gateway.replicas=3") == job(), "what is not the Job's business"


def test_the_suffix_of_ones_own_stands_in_the_jobs_name():
    assert re.fullmatch(r"ordermesh-migrate-0-1-0-[0-9a-f]{8}", job("--set", "migrate.nameSuffix=0-1-0"))
    long = ["--set", f"fullnameOverride={'a' * 40}", "--set"]
    first, second = (job(*long, f"migrate.nameSuffix=release-of-{end}") for end in ("2026", "2027"))
    assert first != second and len(first) <= 63


@pytest.mark.parametrize("settings", ["enabled=true", "tags.orders=true", "global.imageRegistry=x"])
def test_what_an_umbrella_hands_down_is_taken(settings):
    assert rendered("ordermesh", "shop", "--set", settings)
