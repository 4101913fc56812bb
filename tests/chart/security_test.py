"""Every pod satisfies the restricted Pod Security Standard, and has nothing that it does not need."""

import copy

import pytest

from conftest import SERVICES, VARIANTS, objects, pods

ALLOWED_VOLUMES = {"configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"}


def unrestricted(spec: dict) -> list[str]:
    """What of a pod breaks the `restricted` profile (kubernetes.io: Pod Security Standards)."""
    found = [f"{field} is set" for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field)]
    for volume in spec.get("volumes", []):
        found += [f"volume {volume['name']}: {kind}" for kind in volume.keys() - {"name"} - ALLOWED_VOLUMES]
    pod = spec.get("securityContext", {})
    for container in spec["containers"] + spec.get("initContainers", []):
        own = container.get("securityContext", {})
        name = container["name"]
        if own.get("privileged"):
            found.append(f"{name}: privileged")
        if own.get("allowPrivilegeEscalation") is not False:
            found.append(f"{name}: allowPrivilegeEscalation is not false")
        if own.get("capabilities", {}).get("drop") != ["ALL"] or own.get("capabilities", {}).get("add"):
            found.append(f"{name}: capabilities")
        if not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
            found.append(f"{name}: runAsNonRoot is not true")
        if own.get("runAsUser", pod.get("runAsUser")) == 0:
            found.append(f"{name}: runs as root")
        if own.get("seccompProfile", pod.get("seccompProfile", {})).get("type") not in ("RuntimeDefault", "Localhost"):
            found.append(f"{name}: seccompProfile")
        if any(port.get("hostPort") for port in container.get("ports", [])):
            found.append(f"{name}: hostPort")
    return found


def test_every_pod_is_restricted(variant):
    assert len(pods(*variant)) >= 8
    assert {name: unrestricted(spec) for name, spec in pods(*variant).items() if unrestricted(spec)} == {}


@pytest.mark.parametrize("loosen, found", [
    (lambda spec: spec.update(hostNetwork=True), "hostNetwork is set"),
    (lambda spec: spec["volumes"].append({"name": "host", "hostPath": {"path": "/"}}), "volume host: hostPath"),
    (lambda spec: spec["securityContext"].pop("runAsNonRoot"), "gateway: runAsNonRoot is not true"),
    (lambda spec: spec["securityContext"].pop("seccompProfile"), "gateway: seccompProfile"),
    (lambda spec: spec["containers"][0]["securityContext"].pop("capabilities"), "gateway: capabilities"),
    (lambda spec: spec["containers"][0]["securityContext"].pop("allowPrivilegeEscalation"),
     "gateway: allowPrivilegeEscalation is not false"),
])
def test_what_is_not_restricted_is_seen(loosen, found):
    spec = copy.deepcopy(pods()["Deployment/ordermesh-gateway"])
    loosen(spec)
    assert unrestricted(spec) == [found]


def test_the_platform_may_give_pods_their_users(variant):
    """OpenShift gives each namespace user ids of its own, and refuses others."""
    own = {name: spec["securityContext"] for name, spec in pods(*variant).items()}
    assert all(context["runAsUser"] == context["fsGroup"] == context["runAsGroup"] > 0 for context in own.values())
    given = pods(*variant, "--set", "security.fixedIds=false")
    assert len(given) == len(own)
    for name, spec in given.items():
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & spec["securityContext"].keys(), name
        assert unrestricted(spec) == []


def test_root_file_systems_are_read_only(variant):
    for name, spec in pods(*variant).items():
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name


def test_no_pod_has_a_token(variant):
    for name, spec in pods(*variant).items():
        assert spec["automountServiceAccountToken"] is False, name
        sources = [source for volume in spec.get("volumes", []) for source in volume.get("projected", {}).get("sources", [])]
        assert not any("serviceAccountToken" in source for source in sources), name
    accounts = [item for item in objects(*variant) if item["kind"] == "ServiceAccount"]
    assert accounts and all(item["automountServiceAccountToken"] is False for item in accounts)


def test_our_own_pods_write_nowhere():
    for name in (*SERVICES, "envoy"):
        container = pods()[f"Deployment/ordermesh-{name}"]["containers"][0]
        assert all(mount.get("readOnly") for mount in container["volumeMounts"]), name


def test_nothing_may_talk_to_the_api_server(variant):
    assert not any(item["kind"].endswith(("Role", "RoleBinding")) for item in objects(*variant))
