"""Images of the cluster: its own, made of one program each without any engine, and those brought from an engine."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

from ..containers.engine import Engine, EngineError
from .configuration import PAUSE_IMAGE
from .layout import BIN, RUN
from .shell import ClusterError

COREDNS_IMAGE = "localhost/ordermesh-coredns:1"


def load_own() -> None:
    """The images of the cluster's own pods."""
    for name, program in ((PAUSE_IMAGE, "pause"), (COREDNS_IMAGE, "coredns")):
        importer = subprocess.Popen(_import(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = importer.communicate(_one_program(name, BIN / program))
        if importer.returncode != 0:
            raise ClusterError(f"{name} could not be loaded: {said.decode()}")


def load(engine: Engine, names: list[str]) -> None:
    """From a Docker engine into the cluster."""
    if not (RUN / "containerd.sock").exists():
        raise EngineError("no cluster runs here: tools/cluster up")
    with engine.saved(*names) as save:
        done = subprocess.run(_import(), stdin=save.stdout, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError(f"images could not be loaded: {done.stderr.strip()}")


def _import() -> list[str]:
    return ["ctr", f"--address={RUN}/containerd.sock", "--namespace=k8s.io", "images", "import", "-"]


def _one_program(name: str, program: Path) -> bytes:
    """An archive as `docker save` makes it: one layer with the program as /app and an empty /tmp."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        app = tarfile.TarInfo("app")
        app.size, app.mode = program.stat().st_size, 0o755
        archive.addfile(app, io.BytesIO(program.read_bytes()))
        folder = tarfile.TarInfo("tmp")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        archive.addfile(folder)
    content = layer.getvalue()
    settings = {
        "architecture": "amd64" if _is_amd64() else "arm64",
        "os": "linux",
        "config": {"Entrypoint": ["/app"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(content).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    files = {
        "config.json": json.dumps(settings).encode(),
        "layer.tar": content,
        "manifest.json": json.dumps(manifest).encode(),
    }
    image = io.BytesIO()
    with tarfile.open(fileobj=image, mode="w") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return image.getvalue()


def _is_amd64() -> bool:
    return platform.machine() == "x86_64"
