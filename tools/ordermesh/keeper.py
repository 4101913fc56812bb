"""The keeper of a stack: the one process that starts its servers, obeys commands about them, and ends them.

It belongs to nobody's process group, so that whatever kills the tool that started it doesn't kill it. It ends the
stack when it is told to, when it gets SIGTERM, and when the tool that holds the other end of its lifeline is gone.
Should the keeper itself be killed, the kernel ends its servers (processes.die_with_parent).
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import uuid
from pathlib import Path

from . import processes, servers
from .servers.server import Server, ServerFailed, Site

# What the tool that started the keeper writes into the lifeline once the stack may outlive it.
DETACH = b"D"

# The file that says whose folder it is.
_OURS = ".ordermesh-stack"


def control_address(directory: Path) -> str:
    """The abstract socket on which the keeper of this folder listens; it leaves no file, and its path can't be long."""
    return "\0ordermesh-stack-" + hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:32]


class Keeper:
    """Holds the servers of one folder. Everything runs on the one event loop of the main thread."""

    def __init__(self, site: Site, names: list[str]) -> None:
        self.directory = site.directory
        self._site = site
        for name in names:
            site.servers[name] = servers.ALL[name](site)
        self._ready = {name: asyncio.Event() for name in names}
        self._one_at_a_time = asyncio.Lock()
        self._over = asyncio.Event()
        self._keep_data = False

    async def run(self, lifeline: int, report: int) -> None:
        """Serves until the stack is over. Writes one JSON line to `report` when it is up, or why it is not."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._over.set)
        loop.add_reader(lifeline, self._read_lifeline, lifeline)
        server = await asyncio.start_unix_server(self._serve, control_address(self.directory))
        starting = asyncio.create_task(self._start_all())
        over = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait([starting, over], return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                _tell(report, {"error": "interrupted while it started"})
            elif (failure := starting.exception()) is not None:
                _tell(report, {"error": _reason(failure)})
            else:
                _tell(report, {"ok": True})
                await over
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await self._end_all()
            server.close()

    async def _start_all(self) -> None:
        """Starts each server as soon as those before it are ready; the first that fails decides."""
        async with asyncio.TaskGroup() as group:
            for server in self._servers():
                group.create_task(self._start_in_turn(server))
        self._write_description()

    async def _start_in_turn(self, server: Server) -> None:
        for name in server.after:
            if name in self._ready:
                await self._ready[name].wait()
        await server.start()
        self._ready[server.name].set()

    def _servers(self) -> list[Server]:
        return list(self._site.servers.values())

    async def _end_all(self) -> None:
        async with self._one_at_a_time:
            if self._keep_data or self._site.options.get("end_in_order"):
                await self._stop_in_turn()
            await asyncio.gather(*(server.discard() for server in self._servers()))
            await asyncio.gather(*(server.end_helpers() for server in self._servers()))
        await asyncio.to_thread(processes.sweep, self._site.mark, 5.0)
        for server in self._servers():
            server.clean()
        (self.directory / "stack.json").unlink(missing_ok=True)
        if not self._keep_data:
            remove_folder(self.directory)

    async def _stop_in_turn(self) -> None:
        """Asks each server to end once those that depend on it have."""
        ended = {server.name: asyncio.Event() for server in self._servers()}

        async def stop(server: Server) -> None:
            for other in self._servers():
                if server.name in other.after:
                    await ended[other.name].wait()
            await server.stop()
            ended[server.name].set()

        await asyncio.gather(*(stop(server) for server in self._servers()))

    def _read_lifeline(self, lifeline: int) -> None:
        word = os.read(lifeline, 1)
        asyncio.get_running_loop().remove_reader(lifeline)
        if word != DETACH:
            self._over.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One command and its answer, each one JSON line."""
        try:
            command = json.loads(await reader.readline())
            async with self._one_at_a_time:
                try:
                    await self._obey(command["do"], command.get("server"))
                    answer = {"ok": True, "stack": self.describe()}
                except ServerFailed as failure:
                    answer = {"error": str(failure)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
            if command["do"] == "down":
                self._keep_data = bool(command.get("keep"))
                self._over.set()
        finally:
            writer.close()

    async def _obey(self, verb: str, name: str | None) -> None:
        if verb in ("status", "down"):
            return
        server = self._site.servers.get(name)
        if server is None:
            raise ServerFailed(f"{name} is not part of this stack; it has {', '.join(self._site.servers)}")
        match verb:
            case "start":
                await server.start()
            case "stop":
                await server.stop()
            case "kill":
                await server.kill()
            case "pause":
                server.pause()
            case "resume":
                server.resume()
            case _:
                raise ServerFailed(f"unknown command {verb}")
        self._write_description()

    def describe(self) -> dict:
        """What stack.json says and `status` prints."""
        return {
            "dir": str(self.directory),
            "keeper_pid": os.getpid(),
            "mark": self._site.mark,
            "env": {**self._site.variables(), "ORDERMESH_STACK_DIR": str(self.directory)},
            "servers": {
                server.name: {
                    **server.endpoints(),
                    "port": server.port,
                    "pid": server.pid,
                    "state": server.state.value,
                    "ready_after_s": round(server.ready_after_s, 2),
                    "log": str(server.log),
                    "env": server.environment(),
                }
                for server in self._servers()
            },
        }

    def _write_description(self) -> None:
        unfinished = self.directory / f".stack.{uuid.uuid4().hex}.json"
        unfinished.write_text(json.dumps(self.describe(), indent=2) + "\n")
        unfinished.rename(self.directory / "stack.json")


def claim_folder(directory: Path) -> None:
    """Makes the folder, or takes one that is empty or was a stack's before: `remove_folder` empties no other."""
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()) and not (directory / _OURS).exists():
        raise ServerFailed(f"{directory} holds something else; choose a folder that is empty or does not exist")
    (directory / _OURS).touch()


def remove_folder(directory: Path) -> None:
    """Removes what a stack keeps in its folder, and the folder itself where nothing else is in it."""
    if not (directory / _OURS).exists():
        return
    for name in servers.ALL:
        for link in (directory / name).glob("*"):
            if link.is_symlink():
                shutil.rmtree(link.resolve(), ignore_errors=True)
        shutil.rmtree(directory / name, ignore_errors=True)
    for name in ("stack.json", "keeper.log", _OURS):
        (directory / name).unlink(missing_ok=True)
    try:
        directory.rmdir()
    except OSError:
        pass


def keep(site: Site, names: list[str], lifeline: int, report: int) -> None:
    """Turns this process into the keeper of a site; returns when the stack is over."""
    if os.fork() != 0:
        # No process of whoever asked: what kills a tree of processes must not find the keeper in it.
        os._exit(0)
    log = os.open(site.directory / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)

    async def main() -> None:
        await Keeper(site, names).run(lifeline, report)

    asyncio.run(main())


def _reason(failure: BaseException) -> str:
    """The first cause in a group of failures, in words."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return str(failure) if isinstance(failure, ServerFailed) else repr(failure)


def _tell(report: int, answer: dict) -> None:
    try:
        os.write(report, json.dumps({"keeper_pid": os.getpid(), **answer}).encode() + b"\n")
        os.close(report)
    except OSError:
        pass  # whoever asked is gone; the lifeline says so too
