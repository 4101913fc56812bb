"""A Docker engine to build images with: the user's where it answers, else a private one that touches nothing of theirs.

The private engine has its own socket, folders and containerd, makes no bridge and no firewall rule, and ends with the
command that started it. What it keeps between runs, images and build caches, is in the cache folder of tools/setup.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .. import paths, processes
from .traces import prune, unmount_below

_DATA = paths.CACHE / "engine"
_RUN = Path("/run/ordermesh-engine")


class EngineError(Exception):
    """No engine, or a command of it failed; the text says what to do."""


class Engine:
    """Commands to one Docker engine by a `client`. `host` is its DOCKER_HOST, None for the client's default."""

    def __init__(self, client: str, host: str | None, *, private: bool = False) -> None:
        self.client = client
        self.host = host
        self.private = private

    @property
    def environment(self) -> dict[str, str]:
        own = {"DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}
        if self.host is not None:
            own["DOCKER_HOST"] = self.host
        return {**os.environ, **own}

    def command(self, *arguments: str) -> list[str]:
        return [self.client, *arguments]

    def obtain(self, image: str) -> bool:
        """True when the image is there, pulled if need be; False when it has to be made, in an engine that is ours."""
        if self.has_image(image):
            return True
        pull = subprocess.run(self.command("pull", "-q", image), env=self.environment, capture_output=True, text=True)
        if pull.returncode != 0 and not self.private:
            raise EngineError(
                f"{image} could not be pulled, and is not made in an engine that isn't ours: {pull.stderr.strip()}\n"
                "with --private the images are built in an engine of their own"
            )
        return pull.returncode == 0

    def run(self, *arguments: str, quiet: bool = True, **options) -> str:
        """Its output. Raises EngineError with the end of what it said."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            **options,
        )
        if done.returncode != 0:
            said = "\n".join((done.stdout or "").splitlines()[-60:])
            raise EngineError(f"docker {' '.join(arguments[:2])} … failed\n{said}".rstrip())
        return (done.stdout or "").strip()

    def answers(self) -> bool:
        return subprocess.run(self.command("info"), env=self.environment, capture_output=True).returncode == 0

    def has_image(self, name: str) -> bool:
        inspect = self.command("image", "inspect", name)
        return subprocess.run(inspect, env=self.environment, capture_output=True).returncode == 0

    @contextlib.contextmanager
    def saved(self, *images: str) -> Iterator[subprocess.Popen]:
        """`docker save` of the images; its stdout is the archive."""
        with subprocess.Popen(self.command("save", *images), env=self.environment, stdout=subprocess.PIPE) as save:
            yield save
        if save.returncode != 0:
            raise EngineError(f"docker save {' '.join(images)} failed")


@contextlib.contextmanager
def any_engine() -> Iterator[Engine]:
    """The engine that DOCKER_HOST or the client's context names, where it answers; else a private one."""
    theirs = Engine(find_client(), None)
    if theirs.answers():
        yield theirs
    elif "DOCKER_HOST" in os.environ:
        raise EngineError(f"no Docker engine answers at DOCKER_HOST={os.environ['DOCKER_HOST']}")
    else:
        with private_engine() as engine:
            yield engine


@contextlib.contextmanager
def private_engine() -> Iterator[Engine]:
    """An engine of our own, for as long as the context lasts. One at a time: a second one waits for the first to end."""
    if os.geteuid() != 0:
        raise EngineError("no Docker engine answers, and starting a private one needs root")
    client = find_client()
    if shutil.which("dockerd") is None:
        raise EngineError("dockerd is not installed: run tools/setup --for cluster")
    _DATA.mkdir(parents=True, exist_ok=True)
    with open(_DATA / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _clean_up()
        process = _start()
        engine = Engine(client, f"unix://{_RUN}/docker.sock", private=True)
        try:
            _wait_until_ready(engine, process)
            yield engine
        finally:
            processes.end(process)
            _clean_up()


def find_client() -> str:
    """A Docker client that can talk BuildKit: those before 23 have it built in, later ones need the plugin buildx."""
    seen = []
    for folder in [*os.environ.get("PATH", "").split(":"), "/usr/bin"]:
        client = Path(folder) / "docker"
        if str(client) in seen or not os.access(client, os.X_OK):
            continue
        seen.append(str(client))
        version = subprocess.run([client, "--version"], capture_output=True, text=True).stdout.split()
        if len(version) > 2 and int(version[2].split(".")[0]) < 23:
            return str(client)
        if subprocess.run([client, "buildx", "version"], capture_output=True).returncode == 0:
            return str(client)
    if seen:
        raise EngineError(f"{' and '.join(seen)}: no BuildKit; install the package docker-buildx (tools/setup --for cluster)")
    raise EngineError("no Docker client: run tools/setup --for cluster")


def _start() -> subprocess.Popen:
    _RUN.mkdir(mode=0o700, exist_ok=True)
    (_RUN / "daemon.json").write_text("{}\n")  # not the user's /etc/docker/daemon.json
    with open(_DATA / "dockerd.log", "w") as log:
        return subprocess.Popen(
            [
                "dockerd",
                f"--config-file={_RUN}/daemon.json",
                f"--host=unix://{_RUN}/docker.sock",
                f"--data-root={_DATA}/data",
                f"--exec-root={_RUN}/exec",
                f"--pidfile={_RUN}/docker.pid",
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-forward=false",
                "--ip-masq=false",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            # In order, so that its containerd and its mounts go with it.
            preexec_fn=processes.die_with_parent(signal.SIGTERM),
        )


def _wait_until_ready(engine: Engine, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while not engine.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            words = (_DATA / "dockerd.log").read_text().splitlines()[-10:]
            raise EngineError("the private Docker engine did not start:\n  " + "\n  ".join(words))
        time.sleep(0.2)  # between two looks


def _clean_up() -> None:
    """Ends what an engine of ours that was killed has left: its processes, mounts and sockets. The lock is held."""
    for pid in processes.with_argument(_RUN, ("dockerd", "containerd")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        processes.wait_for_end(pid)
    unmount_below(_RUN, _DATA)
    shutil.rmtree(_RUN, ignore_errors=True)
    prune(Path("/opt/containerd"), Path("/run/containerd"))
