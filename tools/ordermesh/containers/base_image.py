"""debian:trixie-slim where no registry can be reached: made from the distribution's own packages.

A Dockerfile says FROM debian:trixie-slim as everywhere; only where that can't be pulled, an image of the same name is made.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from .engine import Engine, EngineError

IMAGE = "debian:trixie-slim"
_SUITE = "trixie"
_MIRROR = "http://deb.debian.org/debian"
# What makes Debian's own image slim: no documentation and no translations, now and in every package installed later.
_LEFT_OUT = ("doc", "info", "man", "locale", "groff", "lintian", "linda")


def ensure(engine: Engine, say) -> None:
    """The image is there, pulled or made. Making it needs root and takes about half a minute."""
    if engine.obtain(IMAGE):
        return
    say(f"no registry in reach: making {IMAGE} by debootstrap")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        _make(engine, Path(folder) / "root")


def _make(engine: Engine, root: Path) -> None:
    if shutil.which("debootstrap") is None:
        raise EngineError("debootstrap is not installed: run tools/setup --for cluster")
    bootstrap = subprocess.run(
        ["debootstrap", "--variant=minbase", _SUITE, str(root), _MIRROR], capture_output=True, text=True
    )
    if bootstrap.returncode != 0:
        raise EngineError("debootstrap failed\n" + "\n".join(bootstrap.stdout.splitlines()[-10:]) + bootstrap.stderr)
    _slim(root)
    with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as archive:
        engine.run("import", "--change", 'CMD ["bash"]', "-", IMAGE, stdin=archive.stdout)


def _slim(root: Path) -> None:
    rules = "".join(f"path-exclude=/usr/share/{name}/*\n" for name in _LEFT_OUT)
    (root / "etc/dpkg/dpkg.cfg.d/slim").write_text(rules + "path-include=/usr/share/doc/*/copyright\n")
    for folder in (*(f"usr/share/{name}" for name in _LEFT_OUT), "var/lib/apt/lists", "var/cache/apt/archives", "var/log"):
        for entry in (root / folder).glob("**/*"):
            if entry.name != "copyright" and (entry.is_file() or entry.is_symlink()):
                entry.unlink()
    # As in Debian's image: nothing of apt stays in a layer.
    (root / "etc/apt/apt.conf.d/docker-clean").write_text(
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb '
        '/var/cache/apt/*.bin || true"; };\nDir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'
    )
    (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    (root / "etc/apt/sources.list.d/debian.sources").write_text(
        f"Types: deb\nURIs: {_MIRROR}\nSuites: {_SUITE} {_SUITE}-updates\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n"
        f"Types: deb\nURIs: {_MIRROR}-security\nSuites: {_SUITE}-security\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )
