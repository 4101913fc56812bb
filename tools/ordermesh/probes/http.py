"""Enough of HTTP/1.1 to see what a path answers."""

import asyncio


async def status(port: int, path: str) -> int | None:
    """The status of GET `path`; None: nobody answers (yet)."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n".encode())
        line = await reader.readline()
        return int(line.split()[1]) if line.startswith(b"HTTP/1.") else None
    except (OSError, EOFError, ValueError, IndexError):
        return None
    finally:
        writer.close()
