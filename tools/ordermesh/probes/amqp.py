"""Enough of AMQP 0-9-1 to see that RabbitMQ lets `guest` in: the handshake up to connection.open-ok."""

import asyncio
import struct

_CONNECTION = 10
_START, _START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK = 10, 11, 30, 31, 40, 41


async def is_ready(port: int) -> bool:
    """Whether a client can log in and open the virtual host /."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"AMQP\x00\x00\x09\x01")
        await _expect(reader, _START)
        _send(writer, _START_OK, b"\0\0\0\0" + _short("PLAIN") + _long("\0guest\0guest") + _short("en_US"))
        limits = await _expect(reader, _TUNE)
        _send(writer, _TUNE_OK, limits)
        _send(writer, _OPEN, _short("/") + _short("") + b"\0")
        await _expect(reader, _OPEN_OK)
        return True
    except (OSError, EOFError, ValueError):
        return False
    finally:
        writer.close()


async def _expect(reader: asyncio.StreamReader, method: int) -> bytes:
    """The arguments of the next method, which has to be this one."""
    kind, _, size = struct.unpack("!BHI", await reader.readexactly(7))
    payload = await reader.readexactly(size)
    await reader.readexactly(1)
    if kind != 1 or struct.unpack("!HH", payload[:4]) != (_CONNECTION, method):
        raise ValueError(f"expected connection method {method}")
    return payload[4:]


def _send(writer: asyncio.StreamWriter, method: int, arguments: bytes) -> None:
    payload = struct.pack("!HH", _CONNECTION, method) + arguments
    writer.write(struct.pack("!BHI", 1, 0, len(payload)) + payload + b"\xce")


def _short(text: str) -> bytes:
    return struct.pack("!B", len(text)) + text.encode()


def _long(text: str) -> bytes:
    return struct.pack("!I", len(text)) + text.encode()
