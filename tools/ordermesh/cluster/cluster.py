"""Starts and stops the cluster."""

import time

from . import certificates, components, configuration, guards, images, leftovers, network, volumes
from .layout import CONF, LOGS, NODE, RUN, STATE, environment, kubectl
from .shell import ClusterError, run, succeeds, until

_ADDONS = __file__.removesuffix("cluster.py") + "addons.yaml"


def check() -> None:
    """ClusterError if `up` could not do its work on this machine, whatever is built."""
    guards.check_root()
    guards.check_machine()


def up(say) -> None:
    """Returns when the node is ready and DNS answers. What was started is taken down again where that fails."""
    guards.check_root()
    guards.check_before_up()
    began = time.monotonic()
    try:
        _start()
    except ClusterError:
        down(say)
        raise
    say(f"ready after {time.monotonic() - began:.0f} s")


def down(say) -> None:
    """Ends every pod and process at once, and removes every trace. Our folder says that there are some: without it, what
    looks like ours is another Kubernetes'."""
    guards.check_root()
    if not STATE.exists():
        return
    components.stop("kubelet")  # first, or it would start again what is ended
    leftovers.end_pods()
    for name in reversed(components.NAMES):
        components.stop(name)
    leftovers.end_processes()
    leftovers.remove()
    if remains := leftovers.found():
        raise ClusterError("these could not be removed:\n  " + "\n  ".join(remains))


def _start() -> None:
    for folder in (STATE, RUN):
        folder.mkdir(mode=0o711)
    for folder in (LOGS, CONF):
        folder.mkdir()
    network.up()
    certificates.make()
    configuration.write()
    for name in ("etcd", "containerd", "apiserver"):
        components.start(name)
    _until("containerd", lambda: succeeds("ctr", f"--address={RUN}/containerd.sock", "version"))
    images.load_own()
    _until("apiserver", lambda: _succeeds("get", "--raw", "/readyz"))
    for name in ("controller-manager", "scheduler", "kubelet", "proxy"):
        components.start(name)
    _apply(volumes.manifest())
    run(kubectl(), "apply", "-f", _ADDONS, env=environment())
    _until("kubelet", lambda: _succeeds("get", "node", NODE))
    _until("kubelet", lambda: _succeeds("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=1s"))
    _until("CoreDNS", lambda: _succeeds("-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=2s"))


def _until(name: str, condition) -> None:
    """Waits for it; a component that has ended meanwhile is what the error is about."""

    def holds() -> bool:
        for component in components.NAMES:
            if (STATE / f"{component}.pid").exists() and not components.is_running(component):
                raise ClusterError(f"{component} has ended; its log:\n  {components.last_words(component)}")
        return condition()

    until(name, holds, 120)


def _succeeds(*arguments: str) -> bool:
    return succeeds(kubectl(), "--request-timeout=5s", *arguments, env=environment())


def _apply(manifest: str) -> None:
    run(kubectl(), "apply", "-f", "-", env=environment(), input=manifest)
