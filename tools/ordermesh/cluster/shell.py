"""Commands that the cluster is made with."""

import subprocess
import time
from collections.abc import Callable


class ClusterError(Exception):
    """What failed, and what to do about it."""


def run(*command: str, **options) -> str:
    """Its output; ClusterError with the end of what it said."""
    try:
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    except FileNotFoundError as error:
        raise ClusterError(f"{error.filename} is not installed: run tools/setup --for cluster") from error
    if done.returncode != 0:
        raise ClusterError(f"{' '.join(command[:4])} … failed\n" + "\n".join(done.stdout.splitlines()[-20:]))
    return done.stdout.strip()


def until(what: str, condition: Callable[[], bool], within_s: float) -> None:
    """Returns when the condition holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise ClusterError(f"{what}: not within {within_s:.0f} s")
        time.sleep(0.2)  # between two looks


def succeeds(*command: str, **options) -> bool:
    return subprocess.run(command, capture_output=True, **options).returncode == 0
