"""One running system for all end-to-end tests, as a newcomer starts it: tools/run --detach."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import system as systems  # noqa: E402


@pytest.fixture(scope="session")
def system():
    with systems.running() as system:
        yield system
