"""What goes wrong leads to its cause, and the runbook's step mends it: docs/runbooks/kubernetes.md has the same cases."""

import base64
import contextlib
import json
import re

import pytest

from kubernetes import is_ready
from orders import place_order
from symptoms import PSQL, Symptoms, eventually


@pytest.fixture
def symptoms(release, namespace):
    return Symptoms(namespace)


@contextlib.contextmanager
def changed_secret(namespace, name, key, change):
    """The Secret with another value, and afterwards as it was."""
    right = namespace.secret(name)[key]
    wrong = change(right)
    assert wrong != right
    try:
        _set_secret(namespace, name, key, wrong)
        yield
    finally:
        _set_secret(namespace, name, key, right)


def _set_secret(namespace, name, key, value):
    encoded = base64.b64encode(value.encode()).decode()
    namespace.kubectl("patch", "secret", name, f"--patch={json.dumps({'data': {key: encoded}})}")


def restart(namespace, component):
    namespace.kubectl("rollout", "restart", f"deployment/ordermesh-{component}")


def wait_for_rollout(namespace, component):
    namespace.kubectl("rollout", "status", f"deployment/ordermesh-{component}", "--timeout=90s")


@pytest.mark.parametrize(("component", "secret", "key", "dependency", "cause", "port"), [
    ("gateway", "ordermesh-postgres", "gateway_url", "database",
     'password authentication failed for user "ordermesh_gateway"', 51051),
    ("notifier", "ordermesh-rabbitmq", "connection_string", "rabbitmq", "ACCESS_REFUSED - Login was refused", 51055),
], ids=["of the database", "of RabbitMQ"])
def test_a_wrong_password_is_named(symptoms, namespace, component, secret, key, dependency, cause, port):
    before = symptoms.newest(component)
    with changed_secret(namespace, secret, key, lambda url: re.sub(r":[^:@]*@", ":wrong@", url)):
        restart(namespace, component)
        pod = eventually(lambda: (newest := symptoms.newest(component)) != before and newest)
        (down, *_) = eventually(lambda: symptoms.row(pod)[1] == "Running" and symptoms.events(pod, "dependency_down"))
        assert (down["dependency"], cause in down["reason"]) == (dependency, True)
        eventually(lambda: "Readiness probe failed" in symptoms.describe(pod))
        assert symptoms.row(pod) == ("0/1", "Running")
        assert cause in symptoms.readyz(pod, port).replace('\\"', '"')
        assert symptoms.row(before) == ("1/1", "Running"), "the pod before works on"
    restart(namespace, component)
    wait_for_rollout(namespace, component)


def test_an_upgrade_that_cannot_start_says_why_and_harms_nothing(symptoms, release, namespace):
    before = {component: symptoms.newest(component) for component in ("envoy", "gateway")}
    said = release.fail_to_upgrade("images.envoy.tag=0.0.0-none", "gateway.config.log_level=loud")
    try:
        assert "UPGRADE FAILED" in said
        pods = {component: symptoms.newest(component) for component in before}
        assert eventually(lambda: symptoms.row(pods["envoy"])[1] in ("ErrImagePull", "ImagePullBackOff"))
        assert 'Failed to pull image "ordermesh/envoy:0.0.0-none"' in symptoms.describe(pods["envoy"])
        eventually(lambda: symptoms.row(pods["gateway"])[1] == "CrashLoopBackOff")
        assert "log_level: 'loud' is none of debug, info, warning, error" in symptoms.describe(pods["gateway"])
        assert [symptoms.row(pod) for pod in before.values()] == [("1/1", "Running")] * 2
    finally:
        release.rollback_to_deployed()
        release.remove_jobs_of_failed_revisions()
    for component in before:
        wait_for_rollout(namespace, component)


def test_topics_that_were_lost_with_their_volume_are_named_and_migrate_makes_them_anew(symptoms, release, namespace):
    namespace.kubectl("delete", "persistentvolumeclaim", "data-ordermesh-kafka-0", "--wait=false")
    namespace.kubectl("delete", "pod", "ordermesh-kafka-0")
    missing = "kafka: topic orders.events is missing; run ordermesh-migrate"
    for component, port in (("relay", 51056), ("analytics", 51054)):
        pod = symptoms.newest(component)
        # The log's last: the first start, when nothing was there yet, said the same.
        eventually(lambda: symptoms.events(pod, "dependency_down")[-1]["reason"] == missing and missing in symptoms.readyz(pod, port), 90)
    eventually(lambda: symptoms.row(symptoms.newest("relay")) == ("0/1", "Running"))
    assert symptoms.row(symptoms.newest("analytics")) == ("1/1", "Running"), "what was counted is still told"
    release.upgrade()
    assert all(is_ready(pod) for component in ("relay", "analytics") for pod in namespace.pods(component))


def test_a_full_volume_of_rabbitmq_blocks_the_relay_which_says_so(symptoms, namespace):
    # Smaller than what RabbitMQ wants to be free: full from the start, and nothing has to be written to make it so.
    namespace.kubectl("patch", "statefulset", "ordermesh-rabbitmq", "--type=strategic", "--patch=" + json.dumps(
        {"spec": {"template": {"spec": {
            "volumes": [{"name": "small", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}],
            "containers": [{"name": "rabbitmq", "volumeMounts": [{"mountPath": "/var/lib/rabbitmq", "name": "small"}]}]}}}}))
    try:
        namespace.kubectl("rollout", "status", "statefulset/ordermesh-rabbitmq", "--timeout=90s")
        assert "disk resource limit alarm set" in namespace.kubectl("logs", "ordermesh-rabbitmq-0")
        relay = symptoms.newest("relay")
        place_order(namespace)  # accepted all the same: what can't be sent waits in the outbox
        (blocked, *_) = eventually(lambda: symptoms.events(relay, "rabbitmq_blocked"))
        assert blocked["reason"] == "low on disk"
    finally:
        namespace.kubectl("rollout", "undo", "statefulset/ordermesh-rabbitmq")
    namespace.kubectl("rollout", "status", "statefulset/ordermesh-rabbitmq", "--timeout=90s")
    eventually(lambda: all(is_ready(pod) for component in ("relay", "notifier") for pod in namespace.pods(component)))


def test_a_migration_that_was_edited_fails_the_job_whose_pod_says_which(symptoms, release, namespace):
    edited = "analytics/0001_analytics"
    right = namespace.kubectl(*PSQL, f"SELECT checksum FROM ordermesh.migrations WHERE name = '{edited}'").strip()
    assert right
    namespace.kubectl(*PSQL, f"UPDATE ordermesh.migrations SET checksum = '0000' WHERE name = '{edited}'")
    try:
        said = release.fail_to_upgrade("migrate.backoffLimit=0")
        assert "UPGRADE FAILED" in said
        pod = symptoms.newest("migrate")
        assert symptoms.row(pod) == ("0/1", "Error")
        assert f"migration {edited} was edited after it was applied" in symptoms.describe(pod)
    finally:
        namespace.kubectl(*PSQL, f"UPDATE ordermesh.migrations SET checksum = '{right}' WHERE name = '{edited}'")
        release.remove_jobs_of_failed_revisions()
    release.upgrade()
