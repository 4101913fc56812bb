"""Makes the edge's configuration, docker/envoy/envoy.yaml, of envoy.template.yaml beside it, of the protos' HTTP rules, and of what
services/services.yaml says each process serves.

What HTTP the edge takes is what the rules say: a path has the verbs of its rules, HEAD where it has GET, and OPTIONS. An RPC without
a rule is for gRPC clients alone. A service with rules that no process serves is a mistake, one without rules stays inside.
"""

import argparse
import collections
import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jinja2

from . import contract, paths, service_table
from .contract import Rpc
from .service_table import Row

FOLDER = paths.REPOSITORY / "docker" / "envoy"
TARGET = FOLDER / "envoy.yaml"

# Each listener of the table: what it is called in Envoy, what sets its YAML anchors apart, and its port and the description that it
# serves, for docker/envoy/render to fill in.
LISTENERS = {
    "shop": {"name": "edge", "anchor": "shop", "port": "${HTTP_PORT}", "document": "${OPENAPI}"},
    "operators": {"name": "operators", "anchor": "operators", "port": "${OPERATORS_PORT}", "document": "${OPERATORS_OPENAPI}"},
}
_TIMEOUT = "15s"
_BODY_BYTES = 1048576
_WITH_BODY = {"POST", "PUT", "PATCH"}
_SEGMENT = re.compile(r"[\w.~-]+|\{[\w.]+\}")
# A tag alone on its line leaves no line; a name that nothing stands for is an error.
_TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), undefined=jinja2.StrictUndefined, trim_blocks=True,
                                lstrip_blocks=True, keep_trailing_newline=True)  # fmt: skip


class Mistake(Exception):
    """Table and protos don't fit; the text names service or RPC."""


@dataclass(frozen=True)
class Call:
    """An RPC as the edge passes it on: to which cluster, at which listeners, within what time, with how large a request."""

    rpc: Rpc
    cluster: str
    timeout: str
    listeners: frozenset[str]
    body_bytes: int
    is_special: bool
    """Differs from the others of its service in cluster, time or size."""


@dataclass(frozen=True)
class Path:
    """A path template of a name or a field a segment, perhaps with a custom method: /v1/orders/{id}:cancel. A field is `{}`, since
    each rule of a path may call it differently."""

    segments: tuple[str, ...]
    method: str

    @classmethod
    def parse(cls, template: str) -> "Path":
        """Raises Mistake for a template that is more than that."""
        place, _, method = template.partition(":")
        segments = tuple(place.removeprefix("/").split("/"))
        if not place.startswith("/") or not all(map(_SEGMENT.fullmatch, segments)) or (":" in template and not method.isalnum()):
            raise Mistake(f"the path {template} has more than names and {{fields}} between its slashes")
        return cls(tuple("{}" if _is_field(part) else part for part in segments), method)

    @property
    def regex(self) -> str:
        """What Envoy matches it by. A colon may be escaped; a last segment that has one is a custom method's."""
        *first, last = self.segments
        parts = ["[^/]+" if _is_field(part) else re.escape(part) for part in first]
        parts.append("[^/:]+" if _is_field(last) else re.escape(last))
        return "/" + "/".join(parts) + (f"(:|%3[Aa]){self.method}" if self.method else "")

    def overlaps(self, other: "Path") -> bool:
        """Whether a request may match both; one with an escaped colon looks like a field."""
        return len(self.segments) == len(other.segments) and not (self.method and other.method and self.method != other.method) and all(
            _is_field(mine) or _is_field(its) or mine == its for mine, its in zip(self.segments, other.segments))  # fmt: skip

    @property
    def generality(self) -> tuple:
        """Sorts what is more particular to the front."""
        return (not self.method, [_is_field(part) for part in self.segments], self.segments)


@dataclass
class PathGroup:
    """Paths of the same verbs and size of body. `streams`: GET has no end."""

    verbs: frozenset[str]
    streams: bool
    body_bytes: int
    members: list[Path] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        return {
            "regex": json.dumps("|".join(path.regex for path in self.members))[1:-1],
            "verbs": "|".join(sorted(self.verbs)),
            "allow": ", ".join(sorted(self.verbs | {"OPTIONS"})),
            "with_body": "|".join(sorted(self.verbs & _WITH_BODY)),
            "streams": str(self.streams).lower(),
            "body_bytes": self.body_bytes,
        }


def calls(rows: Iterable[Row], rpcs: Iterable[Rpc]) -> list[Call]:
    """Every RPC that the edge passes on. Raises Mistake."""
    of_service: dict[str, list[Rpc]] = collections.defaultdict(list)
    for rpc in rpcs:
        of_service[rpc.service].append(rpc)
    found = []
    for cluster, row, served in _served(rows):
        if served.service not in of_service:
            raise Mistake(f"{row.name}: serves {served.service}, which is not in the protos, or is served by another row")
        mine = of_service.pop(served.service)
        if unknown := served.rpcs.keys() - {rpc.name for rpc in mine}:
            raise Mistake(f"{row.name}: {served.service} has no {', '.join(sorted(unknown))}")
        for rpc in mine:
            more = served.rpcs.get(rpc.name, {})
            if rpc.takes_stream and rpc.rules:
                raise Mistake(f"{rpc.operation}: a stream of requests has no HTTP rule")
            mine_alone = f"{cluster}-{rpc.name}" if more.get("group") else cluster
            at = frozenset(LISTENERS if more.get("listener", served.listener) == "shop" else {"operators"})
            usual = "0s" if rpc.gives_stream or rpc.takes_stream else _TIMEOUT  # 0s: none
            found.append(Call(rpc, mine_alone, more.get("timeout", usual), at, more.get("body_bytes", _BODY_BYTES),
                              bool({"group", "timeout", "body_bytes"} & more.keys())))  # fmt: skip
    if lost := [rpc.service for mine in of_service.values() for rpc in mine if rpc.rules]:
        raise Mistake(f"{lost[0]} has HTTP rules, but no row of services/services.yaml serves it")
    return found


def _served(rows: Iterable[Row]) -> Iterator[tuple[str, Row, service_table.Served]]:
    """Each service with its cluster: the process's name for its first one."""
    for row in rows:
        for number, served in enumerate(row.serves):
            yield (f"{row.name}-{served.service.rpartition('.')[2]}" if number else row.name), row, served


def _clusters(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One for each name of grpc.health.v1 that a server is asked for. When a group is served nowhere, all its servers are called: the
    refusal has its reason, and a repeat its stored answer."""
    for cluster, row, served in _served(rows):
        name = row.name.upper()
        common = {"host": f"${{{name}_HOST:-{row.name}}}", "port": f"${{{name}_PORT:-{row.port}}}"}
        yield {"cluster": cluster, "health": served.service, "panic_percent": 50, **common}
        for rpc, more in served.rpcs.items():
            if more.get("group"):
                yield {"cluster": f"{cluster}-{rpc}", "health": f"{served.service}/{rpc}", "panic_percent": 1, **common}


def path_groups(passed: Iterable[Call]) -> list[PathGroup]:
    """The paths of these calls by their verbs, so that the first group that matches a request is the one that is meant."""
    verbs: dict[Path, set[str]] = collections.defaultdict(set)
    sizes: dict[Path, int] = {}
    streams = set()
    for call in passed:
        for rule in call.rpc.rules:
            path = Path.parse(rule.path)
            verbs[path].add(rule.verb)
            sizes[path] = max(sizes.get(path, 0), call.body_bytes)
            if call.rpc.gives_stream:
                streams.add(path)
    groups: list[PathGroup] = []
    for path in sorted(verbs, key=lambda path: path.generality):
        # HEAD of a stream, which has no end, is that of what is watched.
        twin = Path(path.segments, "") if path in streams else path
        known = frozenset(verbs[path] | ({"HEAD"} if "GET" in verbs.get(twin, ()) and twin not in streams else set()))
        _group_for(path, PathGroup(known, path in streams, sizes[path]), groups).members.append(path)
    return groups


def _group_for(path: Path, wanted: PathGroup, groups: list[PathGroup]) -> PathGroup:
    """A group like this one, as long as none that comes behind it has a more particular path for the same request; else a new one."""
    for group in reversed(groups):
        if dataclasses.replace(group, members=[]) == wanted:
            return group
        if any(path.overlaps(member) for member in group.members):
            break
    groups.append(wanted)
    return wanted


def _listener(name: str, passed: list[Call]) -> dict[str, Any]:
    """What the template wants to know of a listener."""
    mine = [call for call in passed if name in call.listeners]
    services = list(dict.fromkeys(call.rpc.service for call in mine))
    partly = {call.rpc.service for call in passed if name not in call.listeners}
    routes: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ("conversations", "streams", "singles")}
    rest = {}
    for call in mine:
        if call.rpc.takes_stream:
            kind = "conversations"
        elif call.rpc.gives_stream:
            kind = "streams"
        elif call.is_special or call.rpc.service in partly:
            kind = "singles"
        else:
            rest[call.rpc.service] = call.cluster
            continue
        routes[kind].append({"call": f"{call.rpc.service}/{call.rpc.name}", "cluster": call.cluster, "timeout": call.timeout,
                             "body_bytes": call.body_bytes})  # fmt: skip
    return LISTENERS[name] | routes | {
        "services": services,
        "rest": [{"service": service, "cluster": cluster} for service, cluster in rest.items()],
        "paths": [group.values() for group in path_groups(mine)],
        "largest_body": max(call.body_bytes for call in mine),
    }  # fmt: skip


def configuration(rows: Iterable[Row], rpcs: Iterable[Rpc]) -> str:
    """The text of envoy.yaml. Raises Mistake."""
    rows = list(rows)
    passed = calls(rows, rpcs)
    head = "# Made by tools/edge of envoy.template.yaml, services/services.yaml and the protos; change it there.\n"
    return head + _TEMPLATES.get_template("envoy.template.yaml").render(
        listeners=[_listener(name, passed) for name in LISTENERS], clusters=list(_clusters(rows)), usual_body=_BODY_BYTES)  # fmt: skip


def _is_field(segment: str) -> bool:
    return segment.startswith("{")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/edge", description="Makes docker/envoy/envoy.yaml of its template, the protos and the table of services.")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is not what would be made")
    check = parser.parse_args().check
    try:
        text = configuration(service_table.ROWS, contract.rpcs(contract.compiled()))
    except Mistake as mistake:
        print(f"edge: {mistake}", file=sys.stderr)
        return 1
    if not check:
        TARGET.write_text(text)
    elif TARGET.read_text() != text:
        print("docker/envoy/envoy.yaml is out of date; run tools/edge", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
