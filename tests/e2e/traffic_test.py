"""tools/traffic on the real system: every answer is the one that was planned, and a run again gives the same orders."""

import json
import subprocess

from ordermesh import paths


def traffic(system, *arguments):
    """Its summary."""
    targets = ["--shop", system.endpoints["http"].removeprefix("http://"),
               "--operators", system.endpoints["operators"].removeprefix("http://")]
    command = [paths.REPOSITORY / "tools" / "traffic", *targets, "--orders-only", "--rate", "100", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]) | {"said": done.stdout}


def test_made_up_orders_are_answered_as_planned(system):
    summary = traffic(system, "--seed", "7", "--count", "600")
    assert (summary["sent"], summary["unplanned"], summary["left_out"], summary["changed_repeats"]) == (600, 0, 0, 0), summary["said"]


def test_the_same_seed_again_makes_no_order(system):
    def orders():
        return system.sql("SELECT count(*) FROM orders.orders")

    before = orders()
    first = traffic(system, "--seed", "8", "--count", "200")
    stored = orders()
    again = traffic(system, "--seed", "8", "--count", "200")
    assert before < stored == orders()
    assert (first["sent"], again["changed_repeats"]) == (200, 0)
