"""One release on the cluster that KUBECONFIG names, as a user installs it, for all tests of this folder.

tools/test cluster runs them: it builds the images, starts a cluster where none is given, and takes away what was made.
"""

import os
import pathlib
import sys
import time

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).parent
for folder in (HERE, REPOSITORY / "tests" / "e2e"):
    sys.path.insert(0, str(folder))

from cluster_system import ClusterSystem  # noqa: E402
from kubernetes import Namespace  # noqa: E402
from release import Release  # noqa: E402

CHART = REPOSITORY / "helm" / "ordermesh"


@pytest.fixture(scope="session")
def namespace():
    """A namespace of our own, which admits nothing but what the restricted Pod Security Standard allows."""
    space = Namespace(os.environ["ORDERMESH_NAMESPACE"])
    space.apply((HERE / "manifests" / "namespace.yaml").read_text().replace("NAMESPACE", space.name))
    yield space
    if "ORDERMESH_KEEP" not in os.environ:
        space.kubectl("delete", "namespace", space.name, "--timeout=120s")


@pytest.fixture(scope="session")
def release(namespace):
    """Installed with default values; `ready_after_s` says how long `helm install --wait` took."""
    installed = Release(namespace, CHART)
    began = time.monotonic()
    installed.install()
    installed.ready_after_s = time.monotonic() - began
    yield installed
    if "ORDERMESH_KEEP" not in os.environ:
        installed.uninstall()


@pytest.fixture(scope="session")
def mailing(release, namespace):
    """The release with e-mail as its only channel, to a mail server that keeps what it gets."""
    namespace.apply((HERE / "manifests" / "mail-sink.yaml").read_text())
    namespace.kubectl("rollout", "status", "deployment/mail-sink", "--timeout=60s")
    release.upgrade(HERE / "values" / "mail.yaml")
    return release


@pytest.fixture(scope="session")
def system(mailing, namespace):
    connected = ClusterSystem(namespace, mailing.name)
    yield connected
    connected.close()


@pytest.fixture(autouse=True)
def forwards_that_lead_somewhere(request):
    """Tests that replace pods don't have to think of those that come after them."""
    if "system" in request.fixturenames:
        request.getfixturevalue("system").renew_forwards()
