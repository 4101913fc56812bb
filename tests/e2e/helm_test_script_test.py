"""The script of `helm test`, against the system on one machine: it sees an order through, and names what is missing."""

import subprocess

from ordermesh import paths

SCRIPT = paths.REPOSITORY / "helm" / "ordermesh" / "files" / "place_order.sh"


def place_order(system, patience_s=60):
    command = ["sh", SCRIPT, system.endpoints["http"], system.endpoints["operators"]]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin", "PATIENCE_S": str(patience_s)}, capture_output=True, text=True,
                          timeout=120)


def test_an_order_is_seen_through(system):
    sold = system.sales("SKU-0001")
    done = place_order(system)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split(":")[1].split(" after ")[0].strip() for line in done.stdout.splitlines() if line.startswith("ok:")]
    assert steps == ["the edge is ready", "the sales figures were read", "the order was accepted", "its notification was sent",
                     "its sale was counted"]
    assert done.stdout.endswith("PASSED\n")
    assert system.sales("SKU-0001") != sold


def test_what_does_not_come_is_named(system):
    with system.without("notifier", verb="pause"):
        done = place_order(system, patience_s=2)
    assert done.returncode == 1 and "FAILED: its notification was sent: not within 2 s" in done.stderr

    with system.without("relay", verb="kill"):
        done = place_order(system, patience_s=2)
    assert done.returncode == 1 and "last seen: no notification yet" in done.stderr


def test_a_refusal_is_shown(system):
    with system.without("validation"):
        done = place_order(system)
    assert done.returncode == 1
    assert "FAILED: the order was refused: " in done.stderr and "UNAVAILABLE" in done.stderr
