"""What every server of a stack can do: be started, stopped, killed, paused and resumed."""

import asyncio
import enum
import os
import signal
import time
from pathlib import Path

from .. import processes
from ..ports import PortClaims


class ServerFailed(Exception):
    """A server could not be started; the text says which and why, with the end of its log."""


class State(enum.StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"  # a job that ran to its end


class Site:
    """What the servers of one folder share: its ports, its mark, what was asked for, and each other."""

    def __init__(self, directory: Path, mark: str, options: dict[str, str] | None = None) -> None:
        self.directory = directory
        self.mark = mark
        self.options = options or {}
        self.servers: dict[str, "Server"] = {}
        self._ports = PortClaims()

    def port(self, preferred: int | None = None) -> int:
        """A free port; the preferred one where it is free and well-known ports were asked for."""
        return self._ports.claim(preferred if self.options.get("well_known_ports") else None)

    def variables(self) -> dict[str, str]:
        """The environment by which a client finds everything here."""
        return {key: value for server in self.servers.values() for key, value in server.variables().items()}


class Server:
    """One server process in a folder of its own. It keeps its ports and its data while it is stopped.

    The folder is where the process stands, and what a server is told of in a file, a list or a variable is told from there: the
    folder's own name may hold what the server's syntax takes for something else.

    Not thread-safe, and to be used from the main thread (see processes.spawn). The site outlives it.
    """

    name: str
    # The servers that have to be ready before this one is started, where the site has them.
    after: tuple[str, ...] = ()
    preferred_port: int | None = None
    start_timeout_s = 180.0  # of a busy machine; one that has ended is not waited for
    stop_timeout_s = 15.0
    # What asks the server to end in order, and what the kernel sends it when its keeper has died.
    stop_signal = signal.SIGTERM
    last_signal = signal.SIGKILL

    def __init__(self, site: Site) -> None:
        self.site = site
        self.directory = site.directory / self.name
        self.log = self.directory / "log"
        self.port = site.port(self.preferred_port)
        self._process: asyncio.subprocess.Process | None = None
        self._paused = False
        self._wanted = False
        self.ready_after_s = 0.0

    # What each server adds.

    async def prepare(self) -> None:
        """Makes what the server needs on disk; called before every start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    async def is_ready(self) -> bool:
        raise NotImplementedError

    def variables(self) -> dict[str, str]:
        """The environment variables by which a client finds this server."""
        return {}

    def endpoints(self) -> dict[str, str]:
        """What the description of the stack says about it besides its port."""
        return {"url": next(iter(self.variables().values()), "")}

    async def discard(self) -> None:
        """Ends the server as fast as can be; its data is of no use any more."""
        await self.kill()

    def clean(self) -> None:
        """Removes what a killed server has left outside of its folder."""

    async def end_helpers(self) -> None:
        """Ends what runs beside the server for as long as the stack lives."""

    @property
    def user(self) -> str | None:
        """The user to run as; None for the one who asks."""
        return None

    # What all share.

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running else None

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode if self._process is not None else None

    @property
    def state(self) -> State:
        if self.pid is None:
            return State.FAILED if self._wanted else State.STOPPED
        return State.PAUSED if self._paused else State.RUNNING

    async def start(self) -> None:
        """Returns when the server answers in its own protocol. Raises ServerFailed. Nothing to do when it runs."""
        if self.pid is not None:
            return
        began = time.monotonic()
        self.directory.mkdir(parents=True, exist_ok=True)
        await self.prepare()
        self._process = await self.run(self.command())
        self._paused, self._wanted = False, True
        await self._until_ready(began + self.start_timeout_s)
        self.ready_after_s = time.monotonic() - began

    async def stop(self) -> None:
        """Ends the server in order, and by force where that takes too long."""
        self._wanted = False
        if self.pid is None:
            return
        self.resume()
        self._process.send_signal(self.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), self.stop_timeout_s)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends the server and its children at once, as a power cut would."""
        self._wanted = False
        if self.pid is None:
            return
        processes.signal_tree(self.pid, signal.SIGKILL)
        await self._process.wait()

    def pause(self) -> None:
        """Stops the server's clock (SIGSTOP): connections stay open, nothing is answered."""
        if self.pid is not None:
            processes.signal_tree(self.pid, signal.SIGSTOP)
            self._paused = True

    def resume(self) -> None:
        if self.pid is not None:
            processes.signal_tree(self.pid, signal.SIGCONT)
            self._paused = False

    async def run(self, command: list[str]) -> asyncio.subprocess.Process:
        """Starts a process that belongs to this server: its folder, its user, its log."""
        base = {key: os.environ[key] for key in ("PATH", "LANG", "JAVA_HOME") if key in os.environ}
        return await processes.spawn(
            command,
            # File names are UTF-8, whatever the caller's locale is.
            env={**base, "LC_ALL": "C.UTF-8", "HOME": str(self.directory), processes.MARKER: self.site.mark, **self.environment()},
            log=self.log,
            cwd=self.directory,
            user=self.user,
            last_signal=self.last_signal,
        )

    async def run_to_end(self, command: list[str]) -> None:
        process = await self.run(command)
        if await process.wait() != 0:
            raise ServerFailed(f"{self.name}: `{' '.join(command[:2])} …` failed; {self._last_words()}")

    async def _until_ready(self, deadline: float) -> None:
        while not await self._asked_ready():
            if self.pid is None:
                code = self._process.returncode
                raise ServerFailed(f"{self.name}: ended with code {code} while it started; {self._last_words()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name}: not ready after {self.start_timeout_s:.0f} s; {self._last_words()}")
            await asyncio.sleep(0.05)

    async def _asked_ready(self) -> bool:
        try:
            return await asyncio.wait_for(self.is_ready(), 5)
        except TimeoutError:
            return False

    def _last_words(self) -> str:
        """The end of the log itself, since its file goes with the folder of a stack that could not start."""
        lines = self.log.read_text(errors="replace").splitlines()[-8:] if self.log.exists() else []
        return "its log ends:\n  " + "\n  ".join(lines or ["(nothing)"])
