"""What has to be so before anything is touched: `up` refuses a machine on which it could disturb something else."""

import os
import platform
import shutil
import socket
from pathlib import Path

from . import build, firewall
from .layout import BRIDGE, PORTS, STATE
from .shell import ClusterError, succeeds

_PROGRAMS = (
    "containerd", "runc", "etcd", "iptables", "iptables-restore", "ip", "conntrack", "ethtool", "socat", "openssl",
)


def check_root() -> None:
    if platform.system() != "Linux" or os.geteuid() != 0:
        raise ClusterError("needs Linux and root: it makes a network, mounts and cgroups")


def check_before_up() -> None:
    """ClusterError names everything that is in the way."""
    if not build.is_built():
        raise ClusterError("Kubernetes is not built: tools/cluster build")
    check_machine()


def check_machine() -> None:
    wrong = [f"{program} is not installed" for program in _PROGRAMS if shutil.which(program) is None]
    if not Path("/usr/lib/cni/ptp").exists():
        wrong.append("the pod network's plugins (containernetworking-plugins) are not installed")
    if STATE.exists():
        wrong.append(f"{STATE} is there: the cluster runs, or was not taken down; tools/cluster down")
    else:
        wrong += _foreign()
    if wrong:
        raise ClusterError("\n".join(wrong))


def _foreign() -> list[str]:
    """Signs of another Kubernetes, and ports that are taken."""
    found = []
    if chains := firewall.kubernetes_chains():
        found.append(f"another Kubernetes has firewall rules on this machine: {', '.join(chains[:3])}, …")
    if groups := [str(group) for group in kubelet_cgroups()]:
        found.append(f"another kubelet has cgroups on this machine: {groups[0]}")
    if succeeds("ip", "link", "show", BRIDGE):
        found.append(f"there is a network interface {BRIDGE}, and not from here")
    for name, port in PORTS.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                found.append(f"port {port} ({name}) is taken")
    return found


def kubelet_cgroups() -> list[Path]:
    """The cgroups in which a kubelet puts its pods, on cgroup v1 and v2."""
    root = Path("/sys/fs/cgroup")
    return [group for name in ("kubepods", "kubepods.slice") for group in (*root.glob(f"*/{name}"), root / name) if group.exists()]
