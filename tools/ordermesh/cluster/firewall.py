"""The firewall rules that kube-proxy, kubelet and the pod network make, found by their names, and removed."""

import re
import shutil
import subprocess

from .layout import NETWORK, PODS
from .shell import ClusterError

_TABLES = ("filter", "nat", "mangle")
_KUBERNETES = "KUBE-"


def kubernetes_chains() -> list[str]:
    """The chains of a Kubernetes on this machine, whosever it is."""
    return sorted(
        {line[1:].split()[0] for _, line in _saved("iptables") if line.startswith(f":{_KUBERNETES}")}
    )


def remove() -> None:
    """Removes our rules and chains: those of Kubernetes, the pod network's by its name, and those of its addresses."""
    for program in ("iptables", "ip6tables"):
        if shutil.which(program) is None:
            continue
        for table in _TABLES:
            _restore(program, table, _removal([line for of, line in _saved(program) if of == table]))


def leftovers() -> list[str]:
    """What of ours is still there."""
    found = []
    for program in ("iptables", "ip6tables"):
        if shutil.which(program):
            lines = [line for _, line in _saved(program)]
            ours = set(_our_chains(lines))
            found += [line for line in lines if _is_ours(line, ours) or line.startswith(f":{_KUBERNETES}")]
    return found


def _removal(lines: list[str]) -> list[str]:
    """The lines for iptables-restore that take away what is ours of one table."""
    chains = _our_chains(lines)
    ours = set(chains)
    rules = [line for line in lines if _is_ours(line, ours) and line.split()[1] not in ours]
    return (
        [re.sub("^-A", "-D", rule) for rule in rules]
        + [f"-F {chain}" for chain in chains]
        + [f"-X {chain}" for chain in chains]
    )


def _our_chains(lines: list[str]) -> list[str]:
    chains = [line[1:].split()[0] for line in lines if line.startswith(":")]
    # A chain of the pod network has a hash for a name; the rule that leads to it says whose it is.
    network = {line.split(" -j ")[1].split()[0] for line in lines if f'name: \\"{NETWORK}\\"' in line and " -j CNI-" in line}
    return [chain for chain in chains if chain.startswith(_KUBERNETES) or chain in network]


def _is_ours(line: str, our_chains: set[str]) -> bool:
    if not line.startswith("-A"):
        return False
    target = re.search(r" -[jg] (\S+)", line)
    return (
        line.split()[1] in our_chains
        or (target is not None and target[1] in our_chains)
        or re.search(rf"^-A FORWARD -[sd] {re.escape(PODS)} -j ACCEPT$", line) is not None
    )


def _saved(program: str) -> list[tuple[str, str]]:
    """(table, line) of what is set now; nothing where the kernel has no such tables."""
    done = subprocess.run([f"{program}-save"], capture_output=True, text=True)
    table, lines = "", []
    for line in done.stdout.splitlines():
        if line.startswith("*"):
            table = line[1:]
        lines.append((table, line))
    return lines


def _restore(program: str, table: str, lines: list[str]) -> None:
    if not lines:
        return
    text = "\n".join([f"*{table}", *lines, "COMMIT", ""])
    done = subprocess.run([f"{program}-restore", "-w", "--noflush"], input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise ClusterError(f"{program}: {done.stderr.strip()}")
