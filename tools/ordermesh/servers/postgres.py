"""PostgreSQL as it is run in earnest: durable commits, and a database that waits for its migrations."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

from .. import paths
from ..probes import postgres as probe
from .server import Server, ServerFailed, Site

DATABASE = "ordermesh"
OWNER = "ordermesh_owner"

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
max_wal_size = 4GB
# What is acknowledged is on the disk; said aloud because every promise of the system rests on it.
fsync = on
synchronous_commit = on
full_page_writes = on
log_lock_waits = on
log_line_prefix = '%m [%p] %q%u@%d '
"""


class Postgres(Server):
    """A cluster with the superuser `postgres`, the role `ordermesh_owner` and the database `ordermesh` that it owns.

    Everyone on loopback is trusted. PostgreSQL refuses to run as root, so root runs it as the user `postgres`.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # fast: sessions are ended, then a checkpoint
    last_signal = signal.SIGQUIT  # immediate: no checkpoint, but shared memory is given back

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._shared_memory: set[str] = set()

    @property
    def _data(self) -> Path:
        return (self.directory / "data").resolve()

    async def prepare(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        if self.user is not None:
            shutil.chown(self.directory, self.user)
            self._make_reachable()
        initdb = [f"{programs()}/initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust"]
        await self.run_to_end([*initdb, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"])
        with open(self._data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(_SETTINGS)

    def command(self) -> list[str]:
        return [f"{programs()}/postgres", "-D", str(self._data), "-p", str(self.port)]

    async def start(self) -> None:
        await super().start()
        await self._create("ordermesh_owner", f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
        await self._create("ordermesh", f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    async def is_ready(self) -> bool:
        return await probe.is_ready(self.port)

    async def kill(self) -> None:
        # Killed outright, the server can't give its shared memory back; `clean` does, unless a start did before.
        if self.pid is not None:
            maps = Path(f"/proc/{self.pid}/maps").read_text()
            self._shared_memory |= set(re.findall(r"/dev/shm/PostgreSQL\.\d+", maps))
        await super().kill()

    async def discard(self) -> None:
        if self.pid is not None:
            self.resume()
            self._process.send_signal(signal.SIGQUIT)
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                pass
        await self.kill()

    def variables(self) -> dict[str, str]:
        return {"DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.port}/{DATABASE}"}

    def clean(self) -> None:
        for segment in self._shared_memory:
            Path(segment).unlink(missing_ok=True)
        try:
            # Line 7 of postmaster.pid: key and id of the System V segment that guards the data folder.
            segment_id = (self._data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        except (OSError, IndexError):
            return
        os.system(f"ipcrm -m {int(segment_id)} 2>/dev/null")

    @property
    def user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None

    async def _create(self, what: str, statement: str) -> None:
        try:
            await probe.execute(self.port, "postgres", statement)
        except probe.PostgresError as error:
            if error.sqlstate not in ("42710", "42P04"):  # it is there already
                raise ServerFailed(f"postgres: {what} could not be created: {error}") from error

    def _make_reachable(self) -> None:
        """A folder below one that only root may enter is of no use to `postgres`: the data goes elsewhere, by a link."""
        if all(parent.stat().st_mode & 0o001 for parent in self.directory.parents):
            return
        elsewhere = Path(tempfile.mkdtemp(prefix="ordermesh-postgres-", dir=paths.scratch_root()))
        shutil.chown(elsewhere, self.user)
        (self.directory / "data").symlink_to(elsewhere)


def programs() -> str:
    """The folder of the newest server installed; Debian keeps these out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return str(found[-1].parent)
    elsewhere = shutil.which("postgres")
    if elsewhere is None:
        raise ServerFailed("postgres: not installed; run tools/setup")
    return str(Path(elsewhere).resolve().parent)
