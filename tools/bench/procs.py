"""What the processes of the system spend, from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

from system import System

_STORES = ("postgres", "rabbitmq", "kafka")


@dataclass
class Reading:
    cpu_s: float
    rss_mib: float


@dataclass
class Usage:
    """Microseconds of CPU for an order, and memory, of each process."""

    cpu_us: dict[str, float]
    rss_mib: dict[str, float]
    own: list[str]

    def lines(self) -> list[str]:
        def row(names) -> str:
            return "  ".join(f"{name} {self.cpu_us[name]:.0f}" for name in names)

        stores = [name for name in _STORES if name in self.cpu_us]
        return [
            f"CPU µs/order: {row(self.own)}   own {sum(self.cpu_us[n] for n in self.own):.0f}",
            f"              {row(stores)}   stores {sum(self.cpu_us[n] for n in stores):.0f}   "
            f"envoy {self.cpu_us['envoy']:.0f}   load {self.cpu_us['load']:.0f}",
            "memory MiB:   " + "  ".join(f"{name} {self.rss_mib[name]:.0f}" for name in self.own),
        ]

    def own_rss_mib(self) -> dict[str, float]:
        return {name: self.rss_mib[name] for name in self.own}

    def figures(self) -> dict:
        return {"cpu_us_per_order": self.cpu_us, "rss_mib": self.rss_mib}


class Processes:
    def __init__(self, system: System) -> None:
        self._system = system
        self._names = [*system.services(), *(name for name in (*_STORES, "envoy") if name in system.servers)]

    def read(self) -> dict[str, Reading]:
        return {name: read_tree(self._system.pid(name)) for name in self._names}

    def usage(self, before: dict, after: dict, orders: int, load_us: float) -> Usage:
        cpu = {name: (after[name].cpu_s - before[name].cpu_s) * 1e6 / max(orders, 1) for name in self._names}
        return Usage(
            cpu | {"load": load_us}, {name: after[name].rss_mib for name in self._names}, self._system.services()
        )


def read_tree(pid: int) -> Reading:
    """A process with all below it. What ended is in its parent's account (cutime, cstime)."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    ticks, pages, pending = 0, 0, [pid]
    while pending:
        current = pending.pop()
        if (fields := _stat(current)) is None:
            continue
        # After the name: state, ppid, …; utime, stime, cutime, cstime are 11 to 14, rss is 21.
        ticks += sum(int(field) for field in fields[11:15])
        pages += int(fields[21])
        pending += children.get(current, [])
    return Reading(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGESIZE") / 2**20)


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
