"""Which images are ours, what their tags and labels say, and how they are built."""

import re
import subprocess
from pathlib import Path

from .. import paths
from . import base_image, stand_ins
from .engine import Engine

# Repository and target of docker/Dockerfile.
OWN = {"ordermesh/ordermesh": "ordermesh", "ordermesh/envoy": "envoy"}
DOCKERFILE = paths.REPOSITORY / "docker" / "Dockerfile"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def default_tag() -> str:
    """The chart's appVersion, which is what it installs when it isn't told another."""
    chart = (paths.REPOSITORY / "helm" / "ordermesh" / "Chart.yaml").read_text()
    return re.search(r'^appVersion:\s*"?([^"\s]+)', chart, re.MULTILINE)[1]


def version() -> tuple[str, str]:
    """(git's description, the commit); a tree without git is `unknown`."""
    described = _git("describe", "--tags", "--always", "--dirty")
    return described or "unknown", _git("rev-parse", "HEAD") or "unknown"


def build_own(engine: Engine, tag: str, say) -> list[str]:
    """Builds our images; returns their names."""
    base_image.ensure(engine, say)
    stand_ins.ensure_envoy(engine, say)
    described, revision = version()
    names = []
    for repository, target in OWN.items():
        names.append(f"{repository}:{tag}")
        say(f"building {names[-1]}")
        build(
            engine, DOCKERFILE, paths.REPOSITORY, names[-1], f"--target={target}",
            f"--build-arg=VERSION={described}", f"--build-arg=REVISION={revision}",
            f"--build-arg=ENVOY_VERSION={stand_ins.envoy_version()}",
        )
    return names


def build(engine: Engine, dockerfile: Path, context: Path, name: str, *options: str) -> None:
    arguments = ["--file", str(dockerfile), "--tag", name, *options]
    if engine.private:
        arguments += ["--network=host"]  # it has no bridge
    if _CERTIFICATES.exists():
        arguments += ["--secret", f"id=ca,src={_CERTIFICATES}"]
    engine.run("build", *arguments, str(context))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=paths.REPOSITORY, capture_output=True, text=True)
    return done.stdout.strip()
