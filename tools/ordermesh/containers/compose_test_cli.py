"""tools/test compose: the images in a private engine, docker/compose.yaml started on them, the tests of tests/compose."""

import signal
import subprocess
import sys
import time

from .. import paths
from . import builds, compose, engine, stand_ins


def main(arguments: list[str]) -> int:
    """Needs root, for the engine; `arguments` are pytest's."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        with engine.private_engine() as docker:
            program = compose.command(docker.client, _say)
            builds.build_own(docker, builds.default_tag(), _say)
            stand_ins.build_all(docker, _say)
            _remove_all(docker)  # of a run that was killed
            try:
                return _run_tests(docker, program, arguments)
            finally:
                _remove_all(docker)
    except engine.EngineError as error:
        print(f"test compose: {error}", file=sys.stderr)
        return 69


def _run_tests(docker: engine.Engine, program: list[str], arguments: list[str]) -> int:
    environment = {
        **docker.environment,
        "PYTHONPATH": str(paths.REPOSITORY / "tools"),
        "ORDERMESH_DOCKER": docker.client,
        "ORDERMESH_COMPOSE": " ".join(program),
    }
    tests = paths.REPOSITORY / "tests" / "compose"
    pytest = [str(paths.VENV / "bin" / "python"), "-m", "pytest", "-v", "-s", "-p", "no:cacheprovider", "--durations=10"]
    _say("tests")
    return subprocess.run([*pytest, str(tests), *arguments], env=environment, cwd=paths.REPOSITORY).returncode


def _remove_all(docker: engine.Engine) -> None:
    """Containers in the private engine are of these tests only; left there, they would start again with it."""
    if containers := docker.run("ps", "--all", "--quiet").split():
        docker.run("rm", "--force", "--volumes", *containers)
    docker.run("volume", "prune", "--force")
    docker.run("network", "prune", "--force")


def _say(text: str) -> None:
    print(f"test compose: {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
