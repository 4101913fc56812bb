"""The RPCs of the contract as they are called: by which path, with which messages, at which of the edge's listeners."""

from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pool, message_factory

from .. import contract, service_table


@dataclass(frozen=True)
class Call:
    """`request` and `reply` are message classes; `listener` is `shop` where strangers may call it, else `operators`."""

    path: str
    listener: str
    request: Any
    reply: Any


def calls() -> dict[str, Call]:
    """What has a request and a reply, by Service.Method."""
    files = contract.compiled()
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)

    def message(name: str) -> Any:
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))

    served = {one.service: one for row in service_table.ROWS for one in row.serves}
    found = {}
    for rpc in contract.rpcs(files):
        if rpc.service in served and not rpc.takes_stream and not rpc.gives_stream:
            listener = served[rpc.service].rpcs.get(rpc.name, {}).get("listener", served[rpc.service].listener)
            found[rpc.operation] = Call(f"/{rpc.service}/{rpc.name}", listener, message(rpc.request), message(rpc.reply))
    return found
