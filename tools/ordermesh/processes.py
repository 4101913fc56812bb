"""Processes that end when their keeper ends, and trees of processes that are stopped as one."""

import asyncio
import ctypes
import os
import pwd
import select
import signal
import subprocess
import time
from pathlib import Path

# In the environment of everything that is started for a stack, so that what outlives its parent is still found.
MARKER = "ORDERMESH_STACK"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(last_signal: int):
    """For preexec_fn: the kernel sends `last_signal` when the thread that started this process ends."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, last_signal, 0, 0, 0)

    return prepare


async def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    log: Path,
    cwd: Path,
    user: str | None = None,
    last_signal: int = signal.SIGKILL,
) -> asyncio.subprocess.Process:
    """Starts `command` in a session of its own, its output appended to `log`.

    Call it from the main thread: the kernel ties the process to the thread that started it.
    """
    identity = {}
    if user is not None:
        entry = pwd.getpwnam(user)
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    with open(log, "ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=die_with_parent(last_signal),
            **identity,
        )


def end(process: subprocess.Popen, grace_s: float = 30) -> None:
    """Ends a child in order, and by force where that takes too long."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(root: int) -> list[int]:
    """The processes below `root`, parents before children."""
    children: dict[int, list[int]] = {}
    for pid in _all_pids():
        parent = _parent(pid)
        if parent is not None:
            children.setdefault(parent, []).append(pid)
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def signal_tree(root: int, number: int) -> None:
    """Sends a signal to `root` and all below it, to those too that are started meanwhile."""
    done: set[int] = set()
    while new := [pid for pid in [root, *descendants(root)] if pid not in done]:
        for pid in new:
            done.add(pid)
            _send(pid, number)


def marked(mark: str) -> list[int]:
    """Every process but the caller whose environment carries this mark."""
    wanted = f"{MARKER}={mark}".encode()
    found = []
    for pid in _all_pids():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if pid != os.getpid() and wanted in environment.split(b"\0"):
            found.append(pid)
    return found


def with_argument(path: Path, programs: tuple[str, ...]) -> list[int]:
    """The processes of these programs (by the start of the name) that were told a path below `path`."""
    found = []
    for pid in _all_pids():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if Path(arguments[0]).name.startswith(programs) and any(f"{path}/" in argument for argument in arguments[1:]):
            found.append(pid)
    return found


def sweep(mark: str, grace_s: float) -> None:
    """Ends every process that carries this mark: asks first, and kills what is still there after the grace."""
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience_s
        for pid in marked(mark):
            _send(pid, number)
        while any(is_alive(pid) for pid in marked(mark)):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return


def is_alive(pid: int) -> bool:
    """Whether the process runs: one that has ended and waits for its parent to notice doesn't."""
    state = _stat(pid)
    return state is not None and state[0] not in ("Z", "X")


def wait_for_end(pid: int) -> None:
    """Returns when a process that is no child of ours has ended; 0 is nobody."""
    if pid == 0:
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with open(handle, closefd=True) as end:
        select.select([end], [], [])


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int | None:
    state = _stat(pid)
    return int(state[1]) if state else None


def _stat(pid: int) -> list[str] | None:
    """State and what follows it in /proc/PID/stat; the name before it may hold spaces and parentheses."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
