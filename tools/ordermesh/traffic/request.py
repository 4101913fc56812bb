"""What a plan is made of: requests that are known before anything is answered, but for what only an answer can tell."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# No request refers to one that came this many before it, so that no more answers need to be kept.
HORIZON = 2000
OK = "OK"


@dataclass(frozen=True)
class Ref:
    """What the answer of an earlier request has in a field: Ref(12, "id") is the id of what request 12 created."""

    request: int
    field: str

    def __str__(self) -> str:
        return f"${{{self.request}.{self.field}}}"


@dataclass(frozen=True)
class Request:
    """`rpc` is Service.Method; `body` is JSON with Refs in it; `planned` is OK, or the reason of the refusal that is meant to come.
    It is sent when those of `after` and `needs` are answered, and left out when one of `needs` was refused. `repeats` is the request
    that it repeats: whatever that one created is to be the answer again."""

    number: int
    rpc: str
    body: dict[str, Any]
    planned: str = OK
    after: tuple[int, ...] = ()
    needs: tuple[int, ...] = ()
    repeats: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For people to read: Refs as ${12.id}, and only what is set."""
        more = {"planned": self.planned, "after": list(self.after), "needs": list(self.needs), "repeats": self.repeats}
        shown = {name: value for name, value in more.items() if value not in (OK, [], None)}
        return {"number": self.number, "rpc": self.rpc, "body": filled(self.body, str), **shown}


def filled(body: Any, value_of: Callable[[Ref], Any]) -> Any:
    """A copy with the value of each Ref in its place."""
    if isinstance(body, Ref):
        return value_of(body)
    if isinstance(body, dict):
        return {name: filled(value, value_of) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(item, value_of) for item in body]
    return body


def references(body: Any) -> Iterator[Ref]:
    """Every Ref of it."""
    if isinstance(body, Ref):
        yield body
    elif isinstance(body, (dict, list)):
        for value in body.values() if isinstance(body, dict) else body:
            yield from references(value)
