"""A stack of servers in a folder: brought up, described, commanded and taken down."""

import json
import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

from . import keeper, paths, processes
from .servers.server import ServerFailed


class StackError(Exception):
    """What the user has to know, in one line."""


class Stack:
    """The stack in one folder. Safe to use from several processes: the keeper does one thing at a time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self._lifeline: int | None = None
        self.mark: str | None = None

    def up(self, names: list[str], options: dict | None = None) -> dict:
        """Brings the servers up, each after those that it needs, and describes the stack, as stack.json does.

        The stack ends with this process unless `detach` is called. A stack that is up already is described as it is.
        """
        if (running := self.describe()) is not None:
            if missing := [name for name in names if name not in running["servers"]]:
                raise StackError(f"{self.directory} is up without {', '.join(missing)}; take it down first")
            return running
        try:
            keeper.claim_folder(self.directory)
        except ServerFailed as refusal:
            raise StackError(str(refusal)) from refusal
        self.mark = uuid.uuid4().hex
        lifeline_end, self._lifeline = os.pipe()
        report, report_end = os.pipe()
        command = [sys.executable, str(paths.REPOSITORY / "tools" / "stack"), "keep", str(self.directory)]
        command += [",".join(names), self.mark, json.dumps(options or {}), str(lifeline_end), str(report_end)]
        subprocess.run(
            command, check=True, start_new_session=True, stdin=subprocess.DEVNULL, pass_fds=(lifeline_end, report_end)
        )
        os.close(lifeline_end)
        os.close(report_end)
        with os.fdopen(report) as answers:
            answer = json.loads(answers.readline() or '{"error": "the keeper died; its last words may be in keeper.log"}')
        if "error" in answer:
            processes.wait_for_end(answer.get("keeper_pid", 0))
            raise StackError(answer["error"])
        return self._ask("status")

    def detach(self) -> None:
        """Lets the stack outlive this process."""
        if self._lifeline is not None:
            os.write(self._lifeline, keeper.DETACH)
            self._lifeline = None

    def describe(self) -> dict | None:
        """What stack.json says, asked of the keeper; None when no stack is up."""
        try:
            return self._ask("status")
        except StackError:
            return None

    def command(self, verb: str, server: str) -> dict:
        """start, stop, kill, pause or resume one server; returns when that is done."""
        return self._ask(verb, server)

    def down(self, keep_data: bool = False) -> None:
        """Ends all processes and, unless asked to keep it, removes the data. Nothing to do when none is up."""
        try:
            keeper_pid = self._ask("down", keep=keep_data)["keeper_pid"]
        except StackError:
            self._clean_after_dead_keeper(keep_data)
        else:
            processes.wait_for_end(keeper_pid)

    def _ask(self, verb: str, server: str | None = None, **more) -> dict:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            try:
                control.connect(keeper.control_address(self.directory))
                control.sendall(json.dumps({"do": verb, "server": server, **more}).encode() + b"\n")
                with control.makefile() as answers:
                    line = answers.readline()
            except OSError:
                line = ""
        if not line:
            raise StackError(f"no stack is up in {self.directory}")
        answer = json.loads(line)
        if "error" in answer:
            raise StackError(answer["error"])
        return answer["stack"]

    def _clean_after_dead_keeper(self, keep_data: bool) -> None:
        try:
            processes.sweep(json.loads((self.directory / "stack.json").read_text())["mark"], 5.0)
        except OSError:
            pass
        if not keep_data:
            keeper.remove_folder(self.directory)
