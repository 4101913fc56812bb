"""What a cluster leaves outside of its own folders, whichever way it ended: found by names that are ours, and removed."""

import contextlib
import os
import shutil
import signal
from pathlib import Path

from .. import processes
from ..containers.traces import mounts_below, prune, unmount_below
from . import firewall, network
from .guards import kubelet_cgroups
from .layout import BRIDGE, NETWORK, RUN, STATE
from .shell import succeeds

_PROGRAMS = ("kubelite", "etcd", "containerd", "kube")
# Where containerd, the pod network and kubelet put things of which they can't be told another place.
_POD_LINKS = Path("/var/log/containers")
_NETWORK_RESULTS = Path("/var/lib/cni/results")
_SANDBOXES = STATE / "containerd" / "io.containerd.grpc.v1.cri" / "sandboxes"
_PLUGIN_SOCKETS = Path("/var/lib/kubelet/device-plugins")
_FOLDERS = (Path("/run/containerd"), Path("/opt/containerd"), Path("/var/lib/cni"), _POD_LINKS, Path("/var/lib/kubelet"))


def end_pods() -> None:
    """Kills what runs in pods: the children of containerd's shims."""
    for shim in _shims():
        for pid in processes.descendants(shim):
            _kill(pid)


def end_processes() -> None:
    """Kills shims, and components that were lost sight of."""
    for pid in [*_shims(), *_components()]:
        _kill(pid)
        processes.wait_for_end(pid)


def remove() -> None:
    """Everything else. The processes have ended."""
    unmount_below(RUN, STATE)
    firewall.remove()
    network.down()
    prune(*kubelet_cgroups())
    for link in _links():
        link.unlink()
    for result in network_results(_NETWORK_RESULTS, _SANDBOXES):
        result.unlink()
    for socket in _PLUGIN_SOCKETS.glob("kubelet*"):
        socket.unlink()
    prune(*_FOLDERS)
    if not mounts_below(RUN, STATE):  # never through a mount that could not be taken away
        shutil.rmtree(RUN, ignore_errors=True)
        shutil.rmtree(STATE, ignore_errors=True)


def found() -> list[str]:
    """What is still there, in words."""
    there = [f"process {pid}" for pid in [*_shims(), *_components()]]
    there += [f"mount {point}" for point in mounts_below(RUN, STATE)]
    there += [f"firewall rule {rule}" for rule in firewall.leftovers()]
    there += [f"folder {folder}" for folder in (RUN, STATE) if folder.exists()]
    there += [f"cgroup {group}" for group in kubelet_cgroups()]
    there += [f"file {link}" for link in [*_links(), *network_results(_NETWORK_RESULTS, _SANDBOXES)]]
    if succeeds("ip", "link", "show", BRIDGE):
        there.append(f"interface {BRIDGE}")
    return there


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def network_results(results: Path, sandboxes: Path) -> list[Path]:
    """What the pod network noted of our pods: NETWORK-ID-eth0, and cni-loopback-ID-lo, which is called so everywhere."""
    ids = {sandbox.name for sandbox in sandboxes.iterdir()} if sandboxes.is_dir() else set()
    return [result for result in sorted(results.glob("*-*-*"))
            if result.name.startswith(f"{NETWORK}-") or result.name.split("-")[-2] in ids]


def _shims() -> list[int]:
    return processes.with_argument(RUN, ("containerd-shim",))


def _components() -> list[int]:
    return [pid for folder in (RUN, STATE) for pid in processes.with_argument(folder, _PROGRAMS)]


def _links() -> list[Path]:
    """kubelet's links to the logs of our pods."""
    if not _POD_LINKS.is_dir():
        return []
    return [link for link in _POD_LINKS.iterdir() if link.is_symlink() and os.readlink(link).startswith(f"{STATE}/")]
