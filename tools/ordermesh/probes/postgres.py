"""Enough of PostgreSQL's protocol (3.0) to see that it is ready and to run a statement. Trust authentication only."""

import asyncio
import struct


class PostgresError(Exception):
    """What the server refused, with its SQLSTATE."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"{sqlstate}: {message}")
        self.sqlstate = sqlstate


async def execute(port: int, database: str, *statements: str, user: str = "postgres") -> None:
    """Runs the statements one by one on a connection of their own. OSError: not there (yet)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        parameters = f"user\0{user}\0database\0{database}\0\0".encode()
        writer.write(struct.pack("!ii", len(parameters) + 8, 196608) + parameters)
        await _until_ready(reader)
        for statement in statements:
            text = statement.encode() + b"\0"
            writer.write(b"Q" + struct.pack("!i", len(text) + 4) + text)
            await _until_ready(reader)
        writer.write(b"X" + struct.pack("!i", 4))
    finally:
        writer.close()


async def is_ready(port: int) -> bool:
    """Whether a session can be opened and a statement run."""
    try:
        await execute(port, "postgres", "SELECT 1")
        return True
    except (OSError, EOFError, PostgresError):
        return False


async def _until_ready(reader: asyncio.StreamReader) -> None:
    failure: PostgresError | None = None
    while True:
        kind, length = struct.unpack("!ci", await reader.readexactly(5))
        body = await reader.readexactly(length - 4)
        if kind == b"E":
            fields = {part[:1]: part[1:].decode() for part in body.split(b"\0") if part}
            failure = PostgresError(fields.get(b"C", "?"), fields.get(b"M", "?"))
            if fields.get(b"S") == "FATAL":
                raise failure
        elif kind == b"R" and body != b"\0\0\0\0":
            raise PostgresError("28000", "the server asks for a password; trust was expected")
        elif kind == b"Z":
            if failure is not None:
                raise failure
            return
