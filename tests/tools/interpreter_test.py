"""tools/run and tools/stack may be started by a Python that has no packages, as a fresh machine's has none."""

import os
import subprocess
import sys

import pytest

from ordermesh import paths

# Without site-packages.
BARE = [os.path.realpath(sys.executable), "-S"]


@pytest.mark.parametrize("tool, known", [("run", "notifier.channels=log"), ("stack", "tools/stack rabbitmqctl")])
def test_a_tool_finds_its_packages_by_itself(tool, known, tmp_path):
    assert subprocess.run([*BARE, "-c", "import yaml"], capture_output=True).returncode != 0
    done = subprocess.run([*BARE, paths.REPOSITORY / "tools" / tool, "--help"], cwd=tmp_path, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert known in done.stdout


def test_it_says_what_to_do_where_they_are_not_there(tmp_path):
    environment = {**os.environ, "ORDERMESH_CACHE": str(tmp_path)}
    done = subprocess.run([*BARE, paths.REPOSITORY / "tools" / "stack", "--help"], env=environment, text=True, capture_output=True)
    assert (done.returncode, done.stderr) == (1, f"stack: {tmp_path}/venv is missing; run tools/setup\n")
