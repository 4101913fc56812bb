"""One running system for all end-to-end tests, as a newcomer starts it: tools/run --detach."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from ordermesh import paths  # noqa: E402
from system import System  # noqa: E402


@pytest.fixture(scope="session")
def system():
    folder = paths.scratch_root() / f"ordermesh-e2e-{os.getpid()}"
    run = [str(REPOSITORY / "tools" / "run"), "--dir", str(folder)]
    if "ORDERMESH_BUILD" in os.environ:
        run += ["--build", os.environ["ORDERMESH_BUILD"]]
    started = subprocess.run([*run, "--detach", "--json"], capture_output=True, text=True, timeout=600)
    try:
        assert started.returncode == 0, started.stdout[-3000:] + started.stderr[-3000:]
        yield System(json.loads(started.stdout.splitlines()[-1]), folder)
    finally:
        subprocess.run([*run, "--stop"], check=True, timeout=120)
