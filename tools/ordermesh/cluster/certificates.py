"""The cluster's own certificate authority, and what each component shows to the others."""

from .layout import API_IP, API_URL, KUBECONFIG, NODE, NODE_IP, PKI, STATE
from .shell import run

# File: (common name, organisation, names and addresses that it is valid for).
_CERTIFICATES = {
    "apiserver": (
        "kube-apiserver",
        "kube",
        "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,"
        f"IP:127.0.0.1,IP:{API_IP},IP:{NODE_IP}",
    ),
    "admin": ("admin", "system:masters", ""),
    "controller-manager": ("system:kube-controller-manager", "system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", "system:kube-scheduler", ""),
    "kubelet": (f"system:node:{NODE}", "system:nodes", f"DNS:{NODE},IP:{NODE_IP}"),
    "proxy": ("system:kube-proxy", "system:node-proxier", ""),
    "front-proxy": ("front-proxy", "front-proxy", ""),
}
_USERS = ("admin", "controller-manager", "scheduler", "kubelet", "proxy")


def make() -> None:
    PKI.mkdir(mode=0o700)
    authority = ["-keyout", f"{PKI}/ca.key", "-out", f"{PKI}/ca.crt", "-subj", "/CN=cluster-ca", "-days", "3650"]
    run("openssl", "req", "-x509", *_new_key(), *authority)
    run("openssl", "genrsa", "-out", f"{PKI}/sa.key", "2048")
    run("openssl", "rsa", "-in", f"{PKI}/sa.key", "-pubout", "-out", f"{PKI}/sa.pub")
    for name, (common_name, organisation, valid_for) in _CERTIFICATES.items():
        _certificate(name, common_name, organisation, valid_for)
    for user in _USERS:
        _kubeconfig(user)


def kubeconfig(user: str) -> str:
    return str(STATE / f"{user}.kubeconfig")


def _new_key() -> list[str]:
    return ["-newkey", "rsa:2048", "-nodes"]


def _certificate(name: str, common_name: str, organisation: str, valid_for: str) -> None:
    extensions = "keyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth,serverAuth\n"
    if valid_for:
        extensions += f"subjectAltName={valid_for}\n"
    (PKI / f"{name}.ext").write_text(extensions)
    subject = f"/O={organisation}/CN={common_name}"
    run("openssl", "req", "-new", *_new_key(), "-keyout", f"{PKI}/{name}.key", "-out", f"{PKI}/{name}.csr", "-subj", subject)
    signed_by = ["-CA", f"{PKI}/ca.crt", "-CAkey", f"{PKI}/ca.key", "-CAcreateserial", "-days", "365"]
    files = ["-in", f"{PKI}/{name}.csr", "-out", f"{PKI}/{name}.crt", "-extfile", f"{PKI}/{name}.ext"]
    run("openssl", "x509", "-req", *files, *signed_by)


def _kubeconfig(user: str) -> None:
    file = KUBECONFIG if user == "admin" else STATE / f"{user}.kubeconfig"
    file.touch(mode=0o600)
    file.write_text(
        f"""apiVersion: v1
kind: Config
current-context: ordermesh
contexts: [{{name: ordermesh, context: {{cluster: ordermesh, user: {user}}}}}]
clusters: [{{name: ordermesh, cluster: {{server: "{API_URL}", certificate-authority: {PKI}/ca.crt}}}}]
users: [{{name: {user}, user: {{client-certificate: {PKI}/{user}.crt, client-key: {PKI}/{user}.key}}}}]
"""
    )
