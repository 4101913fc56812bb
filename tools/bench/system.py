"""The system under load: started for it, or found running."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg

from ordermesh import paths, processes
from ordermesh.servers import SERVICES
from ordermesh.stack import Stack


class System:
    """Use it as a context: what was started for it ends with it, and a notifier of its own gives way to the system's."""

    def __init__(self, stack: Stack, build: Path, owned: bool) -> None:
        self.stack = stack
        self.build = build
        self._owned = owned
        self._notifier: subprocess.Popen | None = None
        described = stack.describe()
        if described is None:
            sys.exit(f"tools/bench/bench: nothing runs in {stack.directory}; start it with tools/run --detach")
        self.servers: dict = described["servers"]
        self.gateway: str = self.servers["gateway"]["url"]
        self.http: str = self.servers["envoy"]["url"]
        self.operators: str = self.servers["envoy"]["operators"]

    @classmethod
    def start(cls, directory: Path, build: Path | None) -> "System":
        build = (build or paths.REPOSITORY / "build" / "release").resolve()
        command = [paths.REPOSITORY / "tools" / "build", "release", "ordermesh-bench"]
        if build == paths.REPOSITORY / "build" / "release" and subprocess.run(command).returncode != 0:
            sys.exit("tools/bench/bench: the build failed")
        run = [paths.REPOSITORY / "tools" / "run", "--detach", "--json", "--dir", directory, "--build", build]
        if subprocess.run(run, stdout=subprocess.DEVNULL).returncode != 0:
            sys.exit("tools/bench/bench: the system did not start")
        return cls(Stack(directory), build, owned=True)

    @classmethod
    def attach(cls, directory: Path) -> "System":
        stack = Stack(directory)
        described = stack.describe()
        if described is None:
            sys.exit(f"tools/bench/bench: nothing runs in {directory}; start it with tools/run --detach")
        program = Path(f"/proc/{described['servers']['gateway']['pid']}/exe").resolve()
        return cls(stack, program.parents[1], owned=False)

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_) -> None:
        if self._notifier is not None:
            processes.end(self._notifier)
            if not self._owned:
                self.stack.command("start", "notifier")
        if self._owned:
            self.stack.down()

    def services(self) -> list[str]:
        return [name for name in SERVICES if name in self.servers]

    def program(self, name: str) -> Path:
        return self.build / "bin" / name

    def pid(self, name: str) -> int:
        if name == "notifier" and self._notifier is not None:
            return self._notifier.pid
        return self.servers[name]["pid"]

    def database(self, role: str = "postgres") -> psycopg.Connection:
        port = self.servers["postgres"]["port"]
        return psycopg.connect(f"postgres://{role}@127.0.0.1:{port}/ordermesh", autocommit=True)

    def notify_by_log_only(self) -> None:
        """The system's notifier writes e-mails; the load is measured with the channel `log`."""
        command = self._command("notifier")
        self.stack.command("stop", "notifier")
        self._notifier = self._run([*command, "--channels=log"], "notifier")
        _wait_ready(_flag(command, "ops_listen"), self._notifier)

    def notify_by_mail(self) -> None:
        """Back to the system's own notifier."""
        if self._notifier is not None:
            processes.end(self._notifier)
            self._notifier = None
            self.stack.command("start", "notifier")
            self.servers = self.stack.describe()["servers"]

    def time_to_ready_ms(self, name: str) -> float:
        """From the start of a second replica of the service, beside the one that runs, until it says that it is ready."""
        listen, ops = _free_address(), _free_address()
        command = [word for word in self._command(name) if not word.startswith(("--listen=", "--ops_listen="))]
        began = time.monotonic()
        replica = self._run([*command, f"--listen={listen}", f"--ops_listen={ops}"], f"{name}-replica")
        try:
            return (_wait_ready(ops, replica) - began) * 1000
        finally:
            processes.end(replica)

    def _command(self, name: str) -> list[str]:
        words = Path(f"/proc/{self.pid(name)}/cmdline").read_bytes().split(b"\0")
        return [word.decode() for word in words if word]

    def _run(self, command: list[str], name: str) -> subprocess.Popen:
        log = self.stack.directory / f"bench-{name}.log"
        with open(log, "ab") as out:
            return subprocess.Popen(command, stdout=out, stderr=out)

    def rabbitmqctl(self, *arguments: str) -> str:
        command = ["/usr/lib/rabbitmq/bin/rabbitmqctl", "-q", *arguments]
        environment = {**os.environ, **self.servers["rabbitmq"]["env"]}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def sales_orders(self) -> int:
        """Orders accepted in the last hours, as QuerySales tells over HTTP."""
        with urllib.request.urlopen(f"{self.operators}/v1/analytics/sales", timeout=5) as answer:
            return sum(int(row.get("orders", 0)) for row in json.load(answer).get("rows", []))


def _flag(command: list[str], name: str) -> str:
    return next(word.partition("=")[2] for word in command if word.startswith(f"--{name}="))


def _free_address() -> str:
    with socket.socket() as claim:
        claim.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{claim.getsockname()[1]}"


def _wait_ready(ops: str, process: subprocess.Popen) -> float:
    """The moment at which /readyz answered 200."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://{ops}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return time.monotonic()
        except (urllib.error.URLError, OSError):
            pass
        if process.poll() is not None:
            break
        time.sleep(0.002)
    sys.exit(f"tools/bench/bench: {process.args[0]} did not become ready")
