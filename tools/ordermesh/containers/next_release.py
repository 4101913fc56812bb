"""A release that is newer than this tree by one migration, for the test of upgrades: tests/cluster/next."""

from .. import paths
from . import builds
from .engine import Engine

NAME = "ordermesh/ordermesh:next-test"
_FOLDER = paths.REPOSITORY / "tests" / "cluster" / "next"
_COMPILED = "ordermesh/build:test"


def build(engine: Engine, release: str, say) -> str:
    """From `release`, our image of this tree. Returns the name."""
    say(f"building {NAME}")
    builds.build(engine, builds.DOCKERFILE, paths.REPOSITORY, _COMPILED, "--target=build")
    builds.build(
        engine, _FOLDER / "Dockerfile", _FOLDER, NAME, f"--build-arg=BUILD={_COMPILED}", f"--build-arg=RELEASE={release}"
    )
    return NAME
