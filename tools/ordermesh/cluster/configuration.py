"""The configuration files of containerd, the pod network, kubelet and kube-proxy."""

import json

from .certificates import kubeconfig
from .layout import CONF, DNS_IP, NETWORK, NODE, PKI, PODS, PORTS, RUN, STATE

PAUSE_IMAGE = "localhost/ordermesh-pause:1"


def write() -> None:
    (CONF / "cni").mkdir(parents=True, exist_ok=True)
    (CONF / "containerd.toml").write_text(_containerd())
    (CONF / "cni" / "10-pods.conflist").write_text(json.dumps(_pod_network(), indent=1))
    (CONF / "resolv.conf").write_text("")  # no names but the cluster's
    (CONF / "kubelet.yaml").write_text(_kubelet())
    (CONF / "proxy.yaml").write_text(_proxy())


def _containerd() -> str:
    # Without CAP_SYS_RESOURCE, oom_score_adj can't be lowered, hence restrict_oom_score_adj. Network namespaces are
    # mounted in our folder, so that whatever is left of them is known to be ours.
    return f"""version = 2
root = "{STATE}/containerd"
state = "{RUN}/containerd"
disabled_plugins = ["io.containerd.internal.v1.tracing"]
[grpc]
  address = "{RUN}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{STATE}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{CONF}/cni"
"""


def _pod_network() -> dict:
    """ptp, not bridge: every packet is routed by the host, so that Services work without br_netfilter."""
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": PODS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": f"{STATE}/addresses",
    }
    return {"cniVersion": "0.4.0", "name": NETWORK, "plugins": [{"type": "ptp", "ipMasq": True, "ipam": addresses}]}


def _kubelet() -> str:
    # cgroup v1 still works up to Kubernetes 1.34 (failCgroupV1). Images are loaded by hand: none may be collected.
    return f"""apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {{anonymous: {{enabled: false}}, webhook: {{enabled: true}}, x509: {{clientCAFile: {PKI}/ca.crt}}}}
authorization: {{mode: Webhook}}
port: {PORTS['kubelet']}
healthzPort: {PORTS['kubelet health']}
tlsCertFile: {PKI}/kubelet.crt
tlsPrivateKeyFile: {PKI}/kubelet.key
clusterDomain: cluster.local
clusterDNS: [{DNS_IP}]
podLogsDir: {STATE}/pod-logs
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
containerRuntimeEndpoint: unix://{RUN}/containerd.sock
resolvConf: {CONF}/resolv.conf
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {{memory.available: 100Mi, nodefs.available: 1%}}
"""


def _proxy() -> str:
    return f"""apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {{kubeconfig: {kubeconfig('proxy')}}}
mode: iptables
clusterCIDR: {PODS}
hostnameOverride: {NODE}
healthzBindAddress: 127.0.0.1:{PORTS['proxy health']}
metricsBindAddress: 127.0.0.1:{PORTS['proxy metrics']}
oomScoreAdj: 0
conntrack: {{maxPerCore: 0}}
"""
