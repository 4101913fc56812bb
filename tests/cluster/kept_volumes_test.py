"""What an upgrade and an uninstall leave, and that an install takes up what was left."""

from orders import edge_port, place_order, read_order
from system import eventually

SECRETS = ("ordermesh-postgres", "ordermesh-rabbitmq")
# A cluster's own in every namespace.
NOT_OURS = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
# Its log is kept until the next test; helm uninstall doesn't know it.
LEFT_BY_HELM_TEST = {("Pod", "ordermesh-test")}
KINDS = ("deployments,statefulsets,jobs,pods,services,configmaps,secrets,serviceaccounts,persistentvolumeclaims,networkpolicies,"
         "poddisruptionbudgets,horizontalpodautoscalers")


def test_an_upgrade_keeps_the_secrets(release, namespace):
    before = {name: namespace.secret(name) for name in SECRETS}
    release.upgrade()
    assert {name: namespace.secret(name) for name in SECRETS} == before


def test_an_uninstall_leaves_volumes_and_secrets_and_an_install_takes_them_up(release, namespace):
    order, port = place_order(namespace), edge_port(namespace)
    secrets = {name: namespace.secret(name) for name in SECRETS}
    others = objects(namespace, "app.kubernetes.io/name!=ordermesh")
    release.uninstall()
    kept = {*(("PersistentVolumeClaim", f"data-ordermesh-{store}-0") for store in ("postgres", "rabbitmq", "kafka")),
            *(("Secret", name) for name in SECRETS)}
    # helm waits for what it made itself; pods of a Deployment are taken away after it, by the garbage collector.
    eventually(lambda: objects(namespace) - others - NOT_OURS - LEFT_BY_HELM_TEST, lambda left: left == kept, within=60,
               what="what an uninstall leaves")
    release.install(f"envoy.service.nodePort={port}")  # other tests know the edge by it
    assert {name: namespace.secret(name) for name in SECRETS} == secrets
    assert read_order(namespace, order)["id"] == order


def objects(namespace, *selector):
    found = namespace.get(KINDS, *(f"--selector={labels}" for labels in selector))
    return {(item["kind"], item["metadata"]["name"]) for item in found if "deletionTimestamp" not in item["metadata"]}

