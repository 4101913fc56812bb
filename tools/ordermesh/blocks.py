"""Text in which parts come once for each of something.

    #@ each dish
    - {name: @name@, price: @price@}
    #@ each topping
      ...
    #@ end
    #@ end

What stands between `each dish` and its `end` comes once for each item of the list `dish`, with the item's own names and those
around it. Other lines that begin with # are comments, which stay behind.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_EACH = re.compile(r"\s*#@ each (\w+)\s*")
_END = re.compile(r"\s*#@ end\s*")
_NAME = re.compile(r"@(\w+)@")


class BadTemplate(Exception):
    """An `each` without its `end` or the other way round, or a name that nothing stands for."""


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The text with its blocks and names filled in. Raises BadTemplate."""
    return "".join(f"{line}\n" for line in _fill(template.splitlines(), values))


def _fill(lines: list[str], values: Mapping[str, Any]) -> Iterator[str]:
    at = 0
    while at < len(lines):
        if block := _EACH.fullmatch(lines[at]):
            end = _end_of(lines, at)
            for item in _value(values, block[1]):
                yield from _fill(lines[at + 1 : end], {**values, **item})
            at = end
        elif _END.fullmatch(lines[at]):
            raise BadTemplate("an end without its each")
        elif not lines[at].lstrip().startswith("#"):
            yield _NAME.sub(lambda name: str(_value(values, name[1])), lines[at])
        at += 1


def _end_of(lines: list[str], start: int) -> int:
    depth = 0
    for at in range(start, len(lines)):
        depth += bool(_EACH.fullmatch(lines[at])) - bool(_END.fullmatch(lines[at]))
        if depth == 0:
            return at
    raise BadTemplate(f"no end of: {lines[start].strip()}")


def _value(values: Mapping[str, Any], name: str) -> Any:
    if name not in values:
        raise BadTemplate(f"nothing stands for {name}")
    return values[name]
