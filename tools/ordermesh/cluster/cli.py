"""The command line of tools/cluster."""

import argparse
import sys
import time

from ..containers import engine
from . import build, cluster, images
from .layout import BIN, KUBECONFIG
from .shell import ClusterError

_DESCRIPTION = """\
A real Kubernetes on this machine, with no registry: upstream's API server, controllers, scheduler, kubelet and
kube-proxy, etcd, containerd, CoreDNS, and a default StorageClass. Linux and root only.

  tools/cluster build          builds what no distribution packages: about 15 minutes on two cores, once
  tools/cluster up             starts it; prints the line that sets KUBECONFIG (and PATH, for kubectl)
  tools/cluster load IMAGE...  copies images from the Docker engine into it (tools/images --load cluster does both)
  tools/cluster down           stops it and removes everything it made: processes, mounts, interfaces, firewall rules

It has its own folders (/var/lib/ordermesh-cluster, /run/ordermesh-cluster), sockets and ports, and refuses to start
beside another Kubernetes. NetworkPolicies are accepted but not enforced.
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("tools/cluster", description=_DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in (("build", _build), ("up", _up), ("load", _load), ("down", _down)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        if name == "load":
            command.add_argument("images", nargs="+", metavar="IMAGE")
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (ClusterError, engine.EngineError) as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 69
    return 0


def _build(_options) -> None:
    build.build(_say)


def _up(_options) -> None:
    cluster.up(_say)
    print(f"export KUBECONFIG={KUBECONFIG} PATH={BIN}:$PATH")


def _load(options) -> None:
    with engine.any_engine() as docker:
        images.load(docker, options.images)


def _down(_options) -> None:
    cluster.down(_say)


def _say(text: str) -> None:
    print(f"cluster: {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
