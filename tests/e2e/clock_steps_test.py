"""The time of day steps by a minute, back and forth, under every service: deadlines and waits don't follow it.

PostgreSQL, RabbitMQ and Kafka keep the machine's time, as they do where only one node's clock is set. The services' is
never ahead of it: libfaketime doesn't translate the time of day at which librdkafka and gRPC let the kernel end a wait, so
each of those would last a minute longer, which no step of a real clock does."""

import glob
import os
import pathlib

import pytest

from agreement import agree
from ordermesh import service_table
from system import running

SERVICES = service_table.NAMES
OFFSETS_S = [-60, 0, -60, 0]


def library():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    assert found, "libfaketime is missing: tools/setup installs it"
    return found[0]


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """A file that holds by how many seconds the services' time of day is off."""
    file = tmp_path_factory.mktemp("clock") / "offset"
    file.write_text("+0")
    return file


@pytest.fixture(scope="module")
def system(clock, tmp_path_factory):
    """Its services see the time of day that `clock` tells, and the machine's monotonic time."""
    built = pathlib.Path(os.environ["ORDERMESH_BUILD"]).resolve()
    build = tmp_path_factory.mktemp("build")
    for entry in built.iterdir():
        if entry.name != "bin":
            (build / entry.name).symlink_to(entry)
    (build / "bin").mkdir()
    for program in (built / "bin").glob("ordermesh-*"):
        (build / "bin" / program.name).symlink_to(program)
    for service in SERVICES:
        program = build / "bin" / f"ordermesh-{service}"
        program.unlink()
        program.write_text(f"#!/bin/sh\nexport LD_PRELOAD={library()} FAKETIME_TIMESTAMP_FILE={clock} FAKETIME_NO_CACHE=1 "
                           f"FAKETIME_DONT_FAKE_MONOTONIC=1\nexec {built}/bin/{program.name} \"$@\"\n")
        program.chmod(0o755)
    with running("--build", str(build)) as system:
        yield system


def test_orders_and_their_effects_do_not_wait_for_the_time_of_day(system, clock):
    placed = []
    for number, offset in enumerate(OFFSETS_S):
        clock.write_text(f"{offset:+d}")
        # One at a time, so that each waits in every place where more are gathered.
        for _ in range(5):
            placed.append(system.place((f"SKU-{900 + number:04}", 1))["id"])
        agree(system, placed, within=30)
