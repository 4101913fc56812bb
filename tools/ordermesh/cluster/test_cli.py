"""tools/test cluster: images, a cluster where none is given, the tests of tests/cluster, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .. import paths
from ..containers import builds, engine, next_release, stand_ins
from . import build, cluster, images
from .layout import BIN, KUBECONFIG
from .shell import ClusterError

_TESTS = paths.REPOSITORY / "tests" / "cluster"
# Kafka tells its clients a name that only the cluster knows: for the tests it leads to this address, where its port is
# forwarded to. One of loopback's own, since 9092 of 127.0.0.1 may be taken.
_KAFKA_ADDRESS = "127.88.0.2"
_NAMESPACE = "ordermesh-test"


def main(arguments: list[str]) -> int:
    """Runs with root; `arguments` are pytest's. With KUBECONFIG set, that cluster is used, which has to have the images."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        if "KUBECONFIG" in os.environ:
            return _run_tests(arguments, dict(os.environ))
        cluster.check()
        _time("Kubernetes", lambda: build.build(_say))
        try:
            _time("images and the cluster", _up_with_images)
            # What is installed goes with the cluster.
            return _run_tests(arguments, {**os.environ, "KUBECONFIG": str(KUBECONFIG), "ORDERMESH_KEEP": "yes"})
        finally:
            _time("taking the cluster down", lambda: cluster.down(_say))
    except (ClusterError, engine.EngineError) as error:
        print(f"test cluster: {error}", file=sys.stderr)
        return 69


def _up_with_images() -> None:
    """The engine ends before the tests begin: it would only take memory from them."""
    with engine.private_engine() as docker:
        own = builds.build_own(docker, builds.default_tag(), _say)
        names = [*own, *stand_ins.build_all(docker, _say), next_release.build(docker, own[0], _say)]
        cluster.up(_say)
        _time("loading images", lambda: images.load(docker, names))


def _run_tests(arguments: list[str], environment: dict[str, str]) -> int:
    hosts = paths.CACHE / "cluster-test-hosts"
    kafka = [f"ordermesh-kafka{suffix}" for suffix in ("", f".{_NAMESPACE}", f".{_NAMESPACE}.svc.cluster.local")]
    hosts.write_text(f"127.0.0.1 localhost\n{_KAFKA_ADDRESS} {' '.join(kafka)}\n")
    environment = {
        **environment,
        "PATH": f"{BIN}:{paths.GO_TOOLS}:{environment['PATH']}",
        "PYTHONPATH": str(paths.REPOSITORY / "tools"),
        "ORDERMESH_NAMESPACE": _NAMESPACE,
        "ORDERMESH_KAFKA_ADDRESS": _KAFKA_ADDRESS,
        "LD_PRELOAD": "libnss_wrapper.so",
        "NSS_WRAPPER_HOSTS": str(hosts),
    }
    wanted = arguments if any(Path(argument.split("::")[0]).exists() for argument in arguments) else [*arguments, str(_TESTS)]
    pytest = [str(paths.VENV / "bin" / "python"), "-m", "pytest", "-v", "-s", "-p", "no:cacheprovider", "--durations=10", *wanted]
    return _time("tests", lambda: subprocess.run(pytest, env=environment, cwd=paths.REPOSITORY).returncode)


def _time(what: str, run):
    began = time.monotonic()
    try:
        return run()
    finally:
        _say(f"{what}: {time.monotonic() - began:.0f} s")


def _say(text: str) -> None:
    print(f"test cluster: {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
