"""Free TCP ports on loopback that stay ours for as long as this process lives.

A port found free by binding it can be taken by somebody else before the server that it is meant for binds it. Two
things prevent that: ports come from below the range that the kernel hands out to clients, and every port is claimed by
a listening socket in the abstract namespace, which each stack on the machine respects and which vanishes with its
process, whatever kills it.
"""

import errno
import random
import socket

# Linux hands out 32768 and up to connecting clients.
_LOWEST, _HIGHEST = 20000, 32000


class NoFreePort(Exception):
    """Every port that was tried is taken."""


class PortClaims:
    """Ports claimed by this process. Not thread-safe. Claims end with `release` or with the process."""

    def __init__(self) -> None:
        self._claims: dict[int, socket.socket] = {}

    def claim(self, preferred: int | None = None) -> int:
        """A port that is free now and that no other stack claims: `preferred` where that is free."""
        if preferred is not None and self._try(preferred):
            return preferred
        for port in random.sample(range(_LOWEST, _HIGHEST), 500):
            if self._try(port):
                return port
        raise NoFreePort(f"no free TCP port on 127.0.0.1 among 500 tried between {_LOWEST} and {_HIGHEST}")

    def release(self) -> None:
        for claim in self._claims.values():
            claim.close()
        self._claims.clear()

    def _try(self, port: int) -> bool:
        if port in self._claims:
            return False
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(f"\0ordermesh-port-{port}")
        except OSError as error:
            claim.close()
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        if not _is_free(port):
            claim.close()
            return False
        self._claims[port] = claim
        return True


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
