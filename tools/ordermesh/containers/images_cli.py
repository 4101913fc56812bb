"""tools/images: builds the images, and brings them to where they are to run."""

import argparse
import shutil
import subprocess
import sys
import time

from . import builds, engine, next_release, stand_ins

_EPILOG = """\
The engine is the one that `docker` talks to. Where none answers, a private one is started for as long as this takes
(needs root); its images and build cache stay in the cache folder of tools/setup. Needs: tools/setup --for cluster.
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("tools/images", description=__doc__, epilog=_EPILOG)
    parser.add_argument("--tag", help="instead of the chart's appVersion")
    parser.add_argument("--load", choices=["minikube", "kind", "cluster"], help="into which Kubernetes")
    parser.add_argument("--stand-ins", action="store_true", help="also what the tests want (tests/cluster): PostgreSQL, RabbitMQ, …")
    parser.add_argument("--private", action="store_true", help="use a private engine also where another answers")
    options = parser.parse_args(arguments)
    try:
        # Stand-ins carry the names of other people's images: nothing for an engine that isn't ours.
        private = options.private or options.stand_ins
        with engine.private_engine() if private else engine.any_engine() as docker:
            names = builds.build_own(docker, options.tag or builds.default_tag(), _say)
            if options.stand_ins:
                names += [*stand_ins.build_all(docker, _say), next_release.build(docker, names[0], _say)]
            if options.load:
                _say(f"loading into {options.load}")
                _LOADERS[options.load](docker, names)
    except engine.EngineError as error:
        print(f"images: {error}", file=sys.stderr)
        return 69
    print("\n".join(names))
    return 0


def _load_minikube(docker: engine.Engine, names: list[str]) -> None:
    with docker.saved(*names) as save:
        _run(["minikube", "image", "load", "-"], stdin=save.stdout)


def _load_kind(docker: engine.Engine, names: list[str]) -> None:
    _run(["kind", "load", "docker-image", *names], env=docker.environment)


def _load_cluster(docker: engine.Engine, names: list[str]) -> None:
    from ..cluster import images

    images.load(docker, names)


_LOADERS = {"minikube": _load_minikube, "kind": _load_kind, "cluster": _load_cluster}


def _run(command: list[str], **options) -> None:
    if shutil.which(command[0]) is None:
        raise engine.EngineError(f"{command[0]} is not installed")
    if subprocess.run(command, **options).returncode != 0:
        raise engine.EngineError(f"{' '.join(command)} failed")


def _say(text: str) -> None:
    print(f"images: {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
