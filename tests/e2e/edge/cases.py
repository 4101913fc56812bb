"""Every HTTP rule of a contract as a request: made of the descriptors, so that a new RPC needs no new case."""

import copy
import re
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor as proto
from google.protobuf import json_format

from backend import Contract
from ordermesh import edge
from ordermesh.contract import Rule

VERBS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"}
WITH_BODY = {"POST", "PUT", "PATCH"}
# Messages that are one value in JSON.
_WELL_KNOWN = {"google.protobuf.Timestamp": "2026-01-02T03:04:05Z", "google.protobuf.Duration": "1.500s", "google.protobuf.FieldMask": "id"}


@dataclass(frozen=True)
class Case:
    """A request that sets all that its rule lets it set, and the message as JSON that the service has to see."""

    call: edge.Call
    rule: Rule
    path: str
    body: Any
    seen: dict

    @property
    def method(self) -> str:
        return self.call.rpc.operation


def filled(template: str) -> str:
    """A path of this template."""
    return re.sub(r"\{[\w.]+\}", "x", template)


def camel(name: str) -> str:
    """A field, or a path with fields, as OpenAPI has it."""
    return re.sub(r"_(\w)", lambda letter: letter[1].upper(), name)


def cases(contract: Contract, calls: list[edge.Call]) -> list[Case]:
    return [_case(contract, call, rule) for call in calls for rule in call.rpc.rules]


def verbs(calls: list[edge.Call], listener: str) -> dict[str, set[str]]:
    """What each path of a listener takes: the verbs of its rules, HEAD with GET, and OPTIONS. The end of a stream is not known, so
    that its HEAD is that of what it watches, if there is a path for that."""
    found: dict[str, set[str]] = {}
    streams = set()
    for call in calls:
        for rule in call.rpc.rules if listener in call.listeners else ():
            path = filled(rule.path)
            found.setdefault(path, set()).add(rule.verb)
            if call.rpc.gives_stream:
                streams.add(path)
    for path, known in found.items():
        asked = path.partition(":")[0] if path in streams else path
        if "GET" in found.get(asked, ()):
            known.add("HEAD")
    return {path: known | {"OPTIONS"} for path, known in found.items()}


def _case(contract: Contract, call: edge.Call, rule: Rule) -> Case:
    request = contract.pool.FindMessageTypeByName(call.rpc.request)
    whole = _sample(request)
    fields = [_json_names(request, name) for name in re.findall(r"\{([\w.]+)\}", rule.path)]
    rest = copy.deepcopy(whole)
    in_path = [_take(rest, names) for names in fields]
    if rule.body == "*":
        body, rest = rest, {}
    else:
        body = rest.pop(request.fields_by_name[rule.body].json_name) if rule.body else None
    query = list(_parameters("", rest))
    for name in [name for name, value in rest.items() if not list(_parameters(name, value))]:
        del whole[name]  # no query can say it
    values = iter(in_path)
    path = re.sub(r"\{[\w.]+\}", lambda _: next(values), rule.path) + ("?" + urllib.parse.urlencode(query) if query else "")
    seen = json_format.MessageToDict(json_format.ParseDict(whole, contract.message(request)()))
    return Case(call, rule, path, body, seen)


def _json_names(message: proto.Descriptor, field: str) -> list[str]:
    """The way to `gift.id` in JSON."""
    names = []
    for name in field.split("."):
        names.append(message.fields_by_name[name].json_name)
        message = message.fields_by_name[name].message_type
    return names


def _take(value: dict, names: list[str]) -> str:
    *outer, last = names
    for name in outer:
        value = value[name]
    return value.pop(last)


def _parameters(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A value as parameters of a query; none for what no query can say."""
    if isinstance(value, dict):
        for inner, part in value.items():
            yield from _parameters(f"{name}.{inner}" if name else inner, part)
    elif isinstance(value, list):
        yield from ((name, part) for part in value if not isinstance(part, dict))
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _sample(message: proto.Descriptor, depth: int = 0) -> dict:
    """Something for each field, as JSON; for the first one of a oneof."""
    found = {}
    for field in message.fields:
        if field.containing_oneof and field.containing_oneof.fields[0] is not field:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            entry = field.message_type.fields_by_name
            value = {"x": _value(entry["value"], depth)} if entry["key"].type == field.TYPE_STRING else {"1": _value(entry["value"], depth)}
        else:
            one = _value(field, depth)
            value = [one] if field.is_repeated and one is not None else one
        if value is not None:
            found[field.json_name] = value
    return found


def _value(field: proto.FieldDescriptor, depth: int) -> Any:
    kind = field.type
    if kind == field.TYPE_MESSAGE:
        name = field.message_type.full_name
        return _WELL_KNOWN[name] if name in _WELL_KNOWN else _sample(field.message_type, depth + 1) if depth < 3 else None
    if kind == field.TYPE_ENUM:
        return field.enum_type.values[1].name
    return {field.TYPE_STRING: "x", field.TYPE_BYTES: "eA==", field.TYPE_BOOL: True}.get(kind, 1)
