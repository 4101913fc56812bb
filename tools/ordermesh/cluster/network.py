"""The host's part of the pod network: an address for the node, forwarding, and the kernel's settings as they were."""

import json
from pathlib import Path

from .layout import BRIDGE, NODE_IP, PODS, STATE
from .shell import run, succeeds

# What kubelet, kube-proxy and we change.
_SETTINGS = (
    "net/ipv4/ip_forward",
    "net/ipv4/conf/all/route_localnet",
    "net/netfilter/nf_conntrack_tcp_be_liberal",
    "net/netfilter/nf_conntrack_tcp_timeout_established",
    "net/netfilter/nf_conntrack_tcp_timeout_close_wait",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
)
_SAVED = STATE / "sysctl.json"


def up() -> None:
    if not _SAVED.exists():
        settings = {name: _proc(name).read_text().strip() for name in _SETTINGS if _proc(name).exists()}
        _SAVED.write_text(json.dumps(settings))
    if not succeeds("ip", "link", "show", BRIDGE):
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "addr", "add", f"{NODE_IP}/32", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
    _proc("net/ipv4/ip_forward").write_text("1")
    # A Docker engine of the user's sets the policy to DROP.
    for direction in ("-s", "-d"):
        if not succeeds("iptables", "-w", "-C", "FORWARD", direction, PODS, "-j", "ACCEPT"):
            run("iptables", "-w", "-I", "FORWARD", direction, PODS, "-j", "ACCEPT")


def down() -> None:
    succeeds("ip", "link", "del", BRIDGE)
    if _SAVED.exists():
        for name, value in json.loads(_SAVED.read_text()).items():
            if _proc(name).exists() and _proc(name).read_text().strip() != value:
                _proc(name).write_text(value)


def _proc(name: str) -> Path:
    return Path("/proc/sys") / name
