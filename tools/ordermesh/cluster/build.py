"""Builds what no distribution packages: Kubernetes with kubectl (tools/kubelite), CoreDNS (tools/coredns), the pause program.

Ten minutes on two cores the first time; afterwards Go's cache and the stamp make it a matter of nothing.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .. import paths
from .layout import BIN
from .shell import ClusterError, run

_KUBELITE = paths.REPOSITORY / "tools" / "kubelite"
_COREDNS = paths.REPOSITORY / "tools" / "coredns"
_LINKS = ("kubectl", "kubelet", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler")
# The parent of a pod's processes: holds its namespaces, and reaps.
_PAUSE = """\
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int s) { (void)s; _exit(0); }
static void reap(int s) { (void)s; while (waitpid(-1, 0, WNOHANG) > 0) {} }
int main(void) { signal(SIGTERM, end); signal(SIGINT, end); signal(SIGCHLD, reap); for (;;) pause(); }
"""


def version() -> str:
    return re.search(r"k8s\.io/kubernetes (v\S+)", (_KUBELITE / "go.mod").read_text())[1]


def is_built() -> bool:
    stamp = BIN / ".stamp"
    return stamp.exists() and stamp.read_text() == _stamp()


def build(say) -> None:
    if is_built():
        return
    if shutil.which("go") is None:
        raise ClusterError("needs Go 1.21 or later, which fetches the Go that Kubernetes wants by itself")
    BIN.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOFLAGS": "-buildvcs=false"}
    variables = " ".join(
        f"-X {package}/version.gitVersion={version()}" for package in ("k8s.io/component-base", "k8s.io/client-go/pkg")
    )
    say(f"building Kubernetes {version()}: about 10 minutes, once")
    kubelite = ["go", "build", "-trimpath", "-tags", "selinux_disabled", "-ldflags", f"-s -w {variables}"]
    run(*kubelite, "-o", str(BIN / "kubelite"), ".", cwd=_KUBELITE, env=environment)
    for name in _LINKS:
        link = BIN / name
        link.unlink(missing_ok=True)
        link.symlink_to("kubelite")
    say("building CoreDNS: about 2 minutes, once")
    coredns = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(BIN / "coredns"), "."]
    run(*coredns, cwd=_COREDNS, env={**environment, "CGO_ENABLED": "0"})
    pause = subprocess.run(["gcc", "-static", "-Os", "-s", "-x", "c", "-o", BIN / "pause", "-"], input=_PAUSE, text=True)
    if pause.returncode != 0:
        raise ClusterError("gcc could not build the pause program")
    (BIN / ".stamp").write_text(_stamp())


def _stamp() -> str:
    sources = [*sorted(_KUBELITE.iterdir()), *sorted(_COREDNS.iterdir()), Path(__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
