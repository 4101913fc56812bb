"""Where the cluster keeps what, and the addresses it uses."""

import ipaddress
import os
from pathlib import Path

from .. import paths

BIN = paths.CACHE / "kubernetes"
STATE = Path("/var/lib/ordermesh-cluster")
RUN = Path("/run/ordermesh-cluster")  # sockets; their paths have to be short
PKI = STATE / "pki"
LOGS = STATE / "logs"
CONF = STATE / "conf"
KUBECONFIG = STATE / "admin.kubeconfig"

BRIDGE = "ordermesh0"
NODE = "local"
NODE_IP = "10.88.0.1"
PODS = "10.244.0.0/16"
SERVICES = "10.96.0.0/16"
API_IP = str(ipaddress.ip_network(SERVICES)[1])
DNS_IP = str(ipaddress.ip_network(SERVICES)[10])
# The name of the pod network: it stands in the comments of the firewall rules that are made for it.
NETWORK = "ordermesh-pods"

# None of the usual ones, so that a Kubernetes or etcd of the user's may run beside it.
PORTS = {
    "apiserver": 16443,
    "etcd": 16379,
    "etcd peers": 16380,
    "kubelet": 16250,
    "kubelet health": 16248,
    "controller-manager": 16257,
    "scheduler": 16259,
    "proxy health": 16256,
    "proxy metrics": 16249,
}
API_URL = f"https://127.0.0.1:{PORTS['apiserver']}"
ETCD_URL = f"http://127.0.0.1:{PORTS['etcd']}"

# An install takes three, and a volume that was used is not given out again.
VOLUMES = 30


def kubectl() -> str:
    return str(BIN / "kubectl")


def environment() -> dict[str, str]:
    """With our programs first: Debian 12's own kubectl is too old."""
    return {**os.environ, "PATH": f"{BIN}:{os.environ.get('PATH', '')}", "KUBECONFIG": str(KUBECONFIG)}
