"""Docker Compose: the plugin of the client where there is one, else built from its Go module (tools/compose)."""

import hashlib
import os
import re
import shutil
import subprocess

from .. import paths
from .engine import EngineError

_SOURCES = paths.REPOSITORY / "tools" / "compose"
_PROGRAM = paths.GO_TOOLS / "docker-compose"
_STAMP = paths.GO_TOOLS / ".docker-compose-stamp"
# The first that waits for one-shot services without taking their end for a failure.
_OLDEST = (2, 20)


def command(client: str, say) -> list[str]:
    """What to call instead of `docker compose`."""
    found = subprocess.run([client, "compose", "version", "--short"], capture_output=True, text=True)
    version = re.match(r"v?(\d+)\.(\d+)", found.stdout)
    if found.returncode == 0 and version and (int(version[1]), int(version[2])) >= _OLDEST:
        return [client, "compose"]
    if not _is_built():
        _build(say)
    return [str(_PROGRAM)]


def _is_built() -> bool:
    return _PROGRAM.exists() and _STAMP.exists() and _STAMP.read_text() == _stamp()


def _build(say) -> None:
    if shutil.which("go") is None:
        raise EngineError("no `docker compose`, and to build it needs Go 1.21 or later")
    say("building Docker Compose: about 3 minutes, once")
    _PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    build = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(_PROGRAM), "github.com/docker/compose/v2/cmd"]
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false", "CGO_ENABLED": "0"}
    done = subprocess.run(build, cwd=_SOURCES, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise EngineError("Docker Compose could not be built\n" + "\n".join(done.stdout.splitlines()[-20:]))
    _STAMP.write_text(_stamp())


def _stamp() -> str:
    return hashlib.sha256(b"".join(source.read_bytes() for source in sorted(_SOURCES.iterdir()))).hexdigest()
