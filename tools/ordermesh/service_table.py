"""The table of services, services/services.yaml, as Python reads it. The file says what each column means."""

import dataclasses
import re
from dataclasses import dataclass, field

import yaml

from . import paths

FILE = paths.REPOSITORY / "services" / "services.yaml"
STORES = ("database", "amqp", "kafka", "smtp")
LISTENERS = ("shop", "operators")


class BadTable(Exception):
    """The table contradicts itself; the text names row and column."""


@dataclass(frozen=True)
class Served:
    """A gRPC service that the edge passes on; `rpcs` says which of its RPCs differ, and in what."""

    service: str
    listener: str
    rpcs: dict[str, dict] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    name: str
    port: int
    memory: dict[str, str]
    stores: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    serves: list[Served] = field(default_factory=list)
    cpu: str = "50m"
    replicas: int = 1
    scaled_by: str = ""
    extras: bool = False
    compose: dict[str, str] = field(default_factory=dict)

    @property
    def ops_port(self) -> int:
        return self.port + 1000

    @property
    def role(self) -> str:
        """Its role in the database."""
        return f"ordermesh_{self.name}"


def parse(text: str) -> list[Row]:
    """The rows in their order. Raises BadTable."""
    rows: list[Row] = []
    for columns in yaml.safe_load(text):
        name = columns.get("name", "?")
        if unknown := columns.keys() - {column.name for column in dataclasses.fields(Row)}:
            raise BadTable(f"{name}: there is no column {', '.join(sorted(unknown))}")
        if missing := {"name", "port", "memory"} - columns.keys():
            raise BadTable(f"{name}: {', '.join(sorted(missing))} is missing")
        rows.append(Row(**columns | {"serves": [_served(name, one) for one in columns.get("serves", [])]}))
    for row in rows:
        _check(row, rows)
    return rows


def _served(name: str, columns: dict) -> Served:
    if columns.keys() - {"rpcs"} != {"service", "listener"}:
        raise BadTable(f"{name}: what it serves is told by service, listener and rpcs")
    served = Served(**columns)
    for rpc, more in served.rpcs.items():
        if unknown := more.keys() - {"group", "listener", "timeout", "body_bytes"}:
            raise BadTable(f"{name}: {rpc} may have group, listener, timeout and body_bytes, not {', '.join(sorted(unknown))}")
    if unknown := {served.listener, *(more.get("listener", "shop") for more in served.rpcs.values())} - set(LISTENERS):
        raise BadTable(f"{name}: listeners are {', '.join(LISTENERS)}, not {', '.join(sorted(unknown))}")
    return served


def _check(row: Row, rows: list[Row]) -> None:
    if not re.fullmatch("[a-z]+", row.name):
        raise BadTable(f"{row.name}: a name is of small letters, since roles, objects and variables are called by it")
    others = [other for other in rows if other is not row]
    if any(row.name == other.name or {row.port, row.ops_port} & {other.port, other.ops_port} for other in others):
        raise BadTable(f"{row.name}: its name or its port is another's, too")
    if unknown := [name for name in row.calls if name not in [other.name for other in others]]:
        raise BadTable(f"{row.name}: calls {', '.join(unknown)}, which has no row")
    if unknown := [store for store in row.stores if store not in STORES]:
        raise BadTable(f"{row.name}: stores are {', '.join(STORES)}, not {', '.join(unknown)}")


ROWS = parse(FILE.read_text())
NAMES = [row.name for row in ROWS]
# What else has a program of its own: the job that prepares the stores.
PROGRAMS = [*NAMES, "migrate"]


def callers(name: str) -> list[str]:
    """The services that call this one."""
    return [row.name for row in ROWS if name in row.calls]
