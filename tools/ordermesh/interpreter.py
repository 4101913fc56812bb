"""The Python of the tools: tools/setup's virtual environment, which has their packages. This module needs none of them."""

import os
import subprocess
import sys
from pathlib import Path

from . import paths


def enter(set_up: bool = False) -> None:
    """Goes on as the same program in that Python. Where it is not there, sets it up for a run, or says so and ends."""
    python = paths.VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == paths.VENV.resolve():
        return
    if not python.exists() and set_up:
        subprocess.run([paths.REPOSITORY / "tools" / "setup", "--for", "run"], stdout=sys.stderr)
    if not python.exists():
        sys.exit(f"{Path(sys.argv[0]).name}: {paths.VENV} is missing; run tools/setup")
    os.execv(python, [str(python), *sys.argv])
