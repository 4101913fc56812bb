"""SIGTERM: what is under way is finished, and with the documented retries no call fails."""

import json
import os
import signal
import threading

import grpc
import pytest

from agreement import agree
from load import Load
from system import eventually, running

SKUS = [f"SKU-{number:04}" for number in range(700, 760)]


@pytest.fixture(scope="module")
def system():
    """Its gateway waits for a validator as long as its callers do."""
    with running("--set", "gateway.validate_timeout_ms=10000") as system:
        yield system


def test_sigterm_of_the_gateway_ends_no_call(system):
    """Eight calls wait for a validator that is stopped when SIGTERM comes: each is finished."""
    done, failures = [], []

    def call():
        try:
            done.append(system.orders.CreateOrder(system.order_request((SKUS[0], 1)), timeout=5).id)
        except grpc.RpcError as error:
            failures.append(error)

    callers = [threading.Thread(target=call) for _ in range(8)]
    stopping = threading.Thread(target=system.command, args=("stop", "gateway"))
    in_progress = 'ordermesh_grpc_server_in_progress{method="CreateOrder"}'
    validation = json.loads((system.folder / "stack.json").read_text())["servers"]["validation"]["pid"]
    system.command("pause", "validation")
    try:
        for thread in callers:
            thread.start()
        eventually(lambda: system.metrics("gateway")[in_progress] == 8, what="calls in progress")
        stopping.start()
        eventually(lambda: not system.ready("gateway"), within=2, what="a gateway that drains")
        assert system.metrics("gateway")[in_progress] == 8 and not done
    finally:
        # Not by the stack's keeper, which obeys one command at a time and is stopping the gateway.
        os.kill(validation, signal.SIGCONT)
        for thread in [*callers, stopping]:
            if thread.ident is not None:
                thread.join()
        system.command("resume", "validation")
        system.command("start", "gateway")
    assert failures == [] and len(done) == 8


def test_restarts_of_the_gateway_fail_no_call_that_is_tried_again(system):
    """Calls that arrive while it shuts down fail; with the documented retries none does."""
    load = Load(system, 1500, SKUS, threads=8, seed=4)
    placing = load.start()
    try:
        for placed in (300, 600, 900):
            eventually(lambda: len(load.acknowledged) >= placed, within=60, what=f"{placed} orders")
            system.command("stop", "gateway")
            system.command("start", "gateway")
    finally:
        placing.join()
    assert (load.refused, load.unknown, len(load.acknowledged)) == ({}, set(), 1500)
    agree(system, load.acknowledged.values())
