"""Whether a port speaks TLS, with a certificate that an authority has signed for 127.0.0.1."""

import asyncio
import ssl
from pathlib import Path


async def is_ready(port: int, authority: Path) -> bool:
    try:
        context = ssl.create_default_context(cafile=authority)
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    except OSError:  # ssl.SSLError is one
        return False
    writer.close()
    return True
