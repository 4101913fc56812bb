"""Real PostgreSQL, RabbitMQ and mail sink for the tests of this folder, and a notifier of their own for each."""

import json
import os
import pathlib
import subprocess
import sys
import uuid

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[2] / "e2e")]  # stubs, hook

from ordermesh import paths  # noqa: E402
from world import World  # noqa: E402

BUILD = pathlib.Path(os.environ.get("ORDERMESH_BUILD", paths.REPOSITORY / "build" / "release"))
STACK = str(paths.REPOSITORY / "tools" / "stack")


@pytest.fixture(scope="session")
def stack():
    directory = paths.scratch_root() / f"ordermesh-test-notifier-{uuid.uuid4().hex[:8]}"
    subprocess.run([STACK, "up", "--dir", str(directory), "--only", "postgres,rabbitmq,mail"], check=True,
                   stdout=subprocess.PIPE)
    try:
        environment = json.loads((directory / "stack.json").read_text())["env"]
        subprocess.run(
            [str(BUILD / "bin" / "ordermesh-migrate"), f"--database_url={environment['DATABASE_URL']}",
             f"--amqp_url={environment['AMQP_URL']}", "--kafka_brokers="],
            check=True, stderr=subprocess.PIPE)
        yield directory, environment
    finally:
        subprocess.run([STACK, "down", "--dir", str(directory)], check=True)


@pytest.fixture
def world(stack, tmp_path):
    world = World(BUILD, *stack, tmp_path)
    yield world
    world.close()
