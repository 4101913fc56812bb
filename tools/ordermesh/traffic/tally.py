"""What was answered: counts by RPC, code and reason, and how long it took."""

import collections
import math
from dataclasses import dataclass, field
from typing import Any

# Times are kept by classes, each this much longer than the one before, so that a day of them needs no more room than a minute.
_CLASS = math.log(1.02)
_QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, order=True)
class Answer:
    """`reason` is the one of the ErrorInfo, or nothing."""

    rpc: str
    code: str
    reason: str = ""


@dataclass
class Figures:
    """Of equal answers. `unplanned`: how many of them the plan has not meant to come."""

    count: int = 0
    unplanned: int = 0
    longest_s: float = 0
    classes: collections.Counter[int] = field(default_factory=collections.Counter)

    def add(self, seconds: float, as_planned: bool) -> None:
        self.count += 1
        self.unplanned += not as_planned
        self.longest_s = max(self.longest_s, seconds)
        self.classes[math.ceil(math.log(max(seconds, 1e-6)) / _CLASS)] += 1

    def quantile(self, fraction: float) -> float:
        """Seconds within which that fraction of the answers came, at most 2 % too long."""
        wanted, seen = math.ceil(fraction * self.count), 0
        for time in sorted(self.classes):
            seen += self.classes[time]
            if seen >= wanted:
                return min(math.exp(time * _CLASS), self.longest_s)
        return 0


class Tally:
    """Of one run."""

    def __init__(self) -> None:
        self.answers: dict[Answer, Figures] = {}
        self.left_out = 0
        """Requests that were not sent, since what they are about was refused."""
        self.changed_repeats = 0
        """Repeats that were not answered with what the first request had created."""

    def add(self, answer: Answer, seconds: float, as_planned: bool) -> None:
        self.answers.setdefault(answer, Figures()).add(seconds, as_planned)

    @property
    def sent(self) -> int:
        return sum(figures.count for figures in self.answers.values())

    @property
    def taken(self) -> int:
        return sum(figures.count for answer, figures in self.answers.items() if answer.code == "OK")

    @property
    def unplanned(self) -> int:
        return sum(figures.unplanned for figures in self.answers.values())

    def as_json(self) -> dict[str, Any]:
        """What the summary says, for programs; times in milliseconds."""
        answers = [
            {"rpc": answer.rpc, "code": answer.code, "reason": answer.reason, "count": figures.count, "unplanned": figures.unplanned,
             **{f"p{fraction * 100:.0f}_ms": round(figures.quantile(fraction) * 1000, 1) for fraction in _QUANTILES},
             "max_ms": round(figures.longest_s * 1000, 1)}
            for answer, figures in sorted(self.answers.items())
        ]  # fmt: skip
        return {"sent": self.sent, "ok": self.taken, "unplanned": self.unplanned, "left_out": self.left_out,
                "changed_repeats": self.changed_repeats, "answers": answers}  # fmt: skip

    def summary(self) -> str:
        """A row for each RPC, code and reason; times in milliseconds."""
        rows = [("RPC", "code", "reason", "count", "unplanned", *(f"p{fraction * 100:.0f} ms" for fraction in _QUANTILES), "max ms")]
        for answer, figures in sorted(self.answers.items()):
            times = [*map(figures.quantile, _QUANTILES), figures.longest_s]
            rows.append((answer.rpc, answer.code, answer.reason, str(figures.count), str(figures.unplanned or ""),
                         *(f"{seconds * 1000:.1f}" for seconds in times)))  # fmt: skip
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join([*map(str.ljust, row[:3], widths), *map(str.rjust, row[3:], widths[3:])]).rstrip() for row in rows]
        if self.left_out:
            lines.append(f"{self.left_out} more were left out: what they are about was refused")
        if self.changed_repeats:
            lines.append(f"{self.changed_repeats} REPEATS WERE ANSWERED WITH SOMETHING ELSE than the first time")
        return "\n".join(lines)
