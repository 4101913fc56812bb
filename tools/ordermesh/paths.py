"""Where things are: the repository, and what tools/setup installed outside of it."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("ORDERMESH_CACHE") or Path.home() / ".cache" / "ordermesh")
VENV = CACHE / "venv"
KAFKA_JARS = CACHE / "kafka" / "lib"
REGISTRY = CACHE / "schema-registry"
GO_TOOLS = CACHE / "bin"


def scratch_root() -> Path:
    """Where folders of a stack are made: on a disk, so that fsync costs what it costs; readable by other users."""
    return Path(os.environ.get("TMPDIR") or "/var/tmp")
