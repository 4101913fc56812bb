"""The processes of the cluster: their configuration and their command lines, and how they are started and stopped."""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from .. import processes
from . import configuration
from .certificates import kubeconfig
from .layout import API_IP, BIN, CONF, ETCD_URL, LOGS, NODE, NODE_IP, PKI, PODS, PORTS, RUN, SERVICES, STATE
from .shell import ClusterError

# In the order in which they are started; they are stopped the other way round.
NAMES = ("etcd", "containerd", "apiserver", "controller-manager", "scheduler", "kubelet", "proxy")


def command(name: str) -> list[str]:
    return {
        "etcd": _etcd,
        "containerd": _containerd,
        "apiserver": _apiserver,
        "controller-manager": _controller_manager,
        "scheduler": _scheduler,
        "kubelet": _kubelet,
        "proxy": _proxy,
    }[name]()


def start(name: str) -> None:
    """Starts it in a session of its own; it runs until `stop`."""
    with open(LOGS / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            command(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=STATE, start_new_session=True,
            env={"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(STATE)},
        )
    # The old program is gone, but /proc has the new one's arguments, by which we know it, only once it is loaded.
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes() and process.poll() is None:
        time.sleep(0.001)  # between two looks
    (STATE / f"{name}.pid").write_text(str(process.pid))


def is_running(name: str) -> bool:
    return _pid(name) is not None


def stop(name: str) -> None:
    """Ends it in order, by force after a while. Returns when its process, and with it its ports, are gone."""
    if (pid := _pid(name)) is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        while processes.is_alive(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += 1000
            time.sleep(0.05)  # between two looks
    (STATE / f"{name}.pid").unlink(missing_ok=True)


def last_words(name: str) -> str:
    log = LOGS / f"{name}.log"
    return "\n  ".join(log.read_text(errors="replace").splitlines()[-8:]) if log.exists() else "(nothing)"


def _pid(name: str) -> int | None:
    """The process that we started under this name, if it still runs: a number alone may have been given to another."""
    try:
        pid = int((STATE / f"{name}.pid").read_text())
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    ours = any(f"{folder}/".encode() in argument for argument in arguments for folder in (STATE, RUN))
    return pid if ours and processes.is_alive(pid) else None


def _etcd() -> list[str]:
    peers = f"http://127.0.0.1:{PORTS['etcd peers']}"
    return [
        "etcd",
        f"--data-dir={STATE}/etcd",
        f"--listen-client-urls={ETCD_URL}",
        f"--advertise-client-urls={ETCD_URL}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",
    ]


def _containerd() -> list[str]:
    return ["containerd", f"--config={CONF}/containerd.toml"]


def _kubelite(component: str) -> list[str]:
    return [str(BIN / "kubelite"), component]


def _apiserver() -> list[str]:
    return [
        *_kubelite("kube-apiserver"),
        f"--etcd-servers={ETCD_URL}",
        f"--secure-port={PORTS['apiserver']}",
        f"--advertise-address={NODE_IP}",
        f"--service-cluster-ip-range={SERVICES}",
        f"--client-ca-file={PKI}/ca.crt",
        f"--tls-cert-file={PKI}/apiserver.crt",
        f"--tls-private-key-file={PKI}/apiserver.key",
        f"--service-account-key-file={PKI}/sa.pub",
        f"--service-account-signing-key-file={PKI}/sa.key",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-client-certificate={PKI}/admin.crt",
        f"--kubelet-client-key={PKI}/admin.key",
        f"--kubelet-certificate-authority={PKI}/ca.crt",
        f"--requestheader-client-ca-file={PKI}/ca.crt",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={PKI}/front-proxy.crt",
        f"--proxy-client-key-file={PKI}/front-proxy.key",
    ]


def _controller_manager() -> list[str]:
    return [
        *_kubelite("kube-controller-manager"),
        f"--kubeconfig={kubeconfig('controller-manager')}",
        f"--secure-port={PORTS['controller-manager']}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        f"--service-account-private-key-file={PKI}/sa.key",
        f"--root-ca-file={PKI}/ca.crt",
        "--use-service-account-credentials",
        f"--cluster-signing-cert-file={PKI}/ca.crt",
        f"--cluster-signing-key-file={PKI}/ca.key",
        "--allocate-node-cidrs",
        f"--cluster-cidr={PODS}",
        f"--service-cluster-ip-range={SERVICES}",
    ]


def _scheduler() -> list[str]:
    return [
        *_kubelite("kube-scheduler"),
        f"--kubeconfig={kubeconfig('scheduler')}",
        f"--secure-port={PORTS['scheduler']}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    ]


def _kubelet() -> list[str]:
    return [
        *_kubelite("kubelet"),
        f"--config={CONF}/kubelet.yaml",
        f"--kubeconfig={kubeconfig('kubelet')}",
        f"--root-dir={STATE}/kubelet",
        f"--hostname-override={NODE}",
        f"--node-ip={NODE_IP}",
    ]


def _proxy() -> list[str]:
    return [*_kubelite("kube-proxy"), f"--config={CONF}/proxy.yaml"]
