"""Enough of Kafka's protocol to see that a broker serves clients: Metadata, answered with a broker and a controller."""

import asyncio
import struct

_METADATA = 3
_FIND_COORDINATOR = 10


async def is_ready(port: int) -> bool:
    """Whether the broker answers clients, is registered with its controller and can place groups.

    Asking for a coordinator makes the broker create its offsets topic, so that the first consumer doesn't wait for it.
    """
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        metadata = await _call(reader, writer, _METADATA, 4, struct.pack("!i?", 0, False))
        # throttle_time int32, then brokers: array of (node int32, host string, port int32, rack nullable string).
        (brokers,) = struct.unpack_from("!i", metadata, 4)
        coordinator = await _call(reader, writer, _FIND_COORDINATOR, 1, _string("ordermesh-probe") + b"\0")
        # throttle_time int32, error int16; 15 COORDINATOR_NOT_AVAILABLE until the offsets topic is there.
        (error,) = struct.unpack_from("!h", coordinator, 4)
        return brokers > 0 and error == 0
    except (OSError, EOFError, struct.error):
        return False
    finally:
        writer.close()


async def _call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: int, version: int, body: bytes) -> bytes:
    request = struct.pack("!hhi", key, version, 1) + _string("ordermesh-probe") + body
    writer.write(struct.pack("!i", len(request)) + request)
    (size,) = struct.unpack("!i", await reader.readexactly(4))
    return (await reader.readexactly(size))[4:]


def _string(text: str) -> bytes:
    return struct.pack("!h", len(text)) + text.encode()
