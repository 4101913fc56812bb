"""The real Envoy with the real configuration in front of a backend that a test scripts."""

import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from backend import Backend, Contract  # noqa: E402
from client import Edge  # noqa: E402
from running import RunningEnvoy  # noqa: E402
from worlds import Front, invented, ours  # noqa: E402


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract(ours().files)


@pytest.fixture(scope="session")
def shared_backend(contract):
    backend = Backend(contract, ours().groups)
    yield backend
    backend.stop()


@pytest.fixture
def backend(shared_backend) -> Backend:
    shared_backend.reset()
    return shared_backend


@pytest.fixture(scope="session")
def running_envoy(shared_backend):
    with tempfile.TemporaryDirectory() as folder:
        running = RunningEnvoy(shared_backend.port, Path(folder))
        yield running
        running.stop()


@pytest.fixture(scope="session", params=[ours, invented], ids=lambda world: world.__name__)
def running_front(request):
    with tempfile.TemporaryDirectory() as folder:
        front = Front(request.param(), Path(folder))
        yield front
        front.stop()


@pytest.fixture
def front(running_front) -> Front:
    """An edge for our services, and another for ours and an invented one."""
    running_front.backend.reset()
    return running_front


@pytest.fixture
def operators(running_envoy) -> Edge:
    """The listener that strangers can't reach."""
    return Edge("127.0.0.1", running_envoy.operators_port)


@pytest.fixture
def edge(running_envoy) -> Edge:
    """The public listener."""
    return Edge("127.0.0.1", running_envoy.port)
