"""tools/run on the built system: an order goes through, what is missing is named, and nothing stays behind."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from ordermesh import paths, service_table
from stack_test import eventually, living_in

RUN = str(paths.REPOSITORY / "tools" / "run")
BUILD = os.environ.get("ORDERMESH_BUILD", str(paths.REPOSITORY / "build" / "release"))
STEPS = ["sales before", "accepted", "read back", "e-mail", "sales"]
ENDPOINTS = {*service_table.NAMES, "http", "operators", "metrics", "postgres", "rabbitmq", "kafka", "mail"}


@pytest.fixture
def folder():
    directory = paths.scratch_root() / f"ordermesh-test-run-{os.getpid()}-{time.monotonic_ns()}"
    yield directory
    subprocess.run([RUN, "--stop", "--dir", str(directory)], check=True)
    assert living_in(directory) == []


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [RUN, "--dir", str(folder), "--build", BUILD, *arguments]
    return subprocess.run(command, text=True, capture_output=True, timeout=180, env=behind_a_proxy())


def behind_a_proxy() -> dict:
    """This environment with a proxy where nobody listens: what runs on this machine is not reached through one."""
    proxies = dict.fromkeys(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"], "http://127.0.0.1:1")
    return {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"} | proxies


def test_an_order_goes_through_and_nothing_stays_behind(folder):
    done = run(folder, "--once", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert (outcome["ok"], [step["name"] for step in outcome["steps"]]) == (True, STEPS)
    assert outcome.keys() >= ENDPOINTS
    assert not folder.exists() and living_in(folder) == []


@pytest.mark.parametrize(
    ("service", "unseen"),
    [("relay", ["e-mail", "sales"]), ("notifier", ["e-mail"]), ("analytics", ["sales before"])],
)
def test_without_a_service_the_missing_step_is_named(folder, service, unseen):
    done = run(folder, "--once", "--json", "--without", service)
    assert done.returncode == 1
    assert f"not seen: {', '.join(unseen)};" in done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["ok"] is False
    assert [step["name"] for step in outcome["steps"] if not step["ok"]] == unseen
    # The logs are left for whoever wants to know why.
    assert (folder / "gateway" / "log").exists() and living_in(folder) == []


def test_detach_leaves_it_running_until_stop(folder):
    done = run(folder, "--detach", "--json")
    assert done.returncode == 0, done.stderr
    endpoints = json.loads(done.stdout.splitlines()[-1])
    assert endpoints.keys() >= ENDPOINTS
    for name, url in endpoints["metrics"].items():
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert answer.status == 200, name
    assert run(folder, "--detach").returncode == 1, "a second one must not take the folder over"
    assert subprocess.run([RUN, "--stop", "--dir", str(folder)]).returncode == 0
    assert not folder.exists() and living_in(folder) == []


def test_ports_that_are_taken_are_not_used(folder):
    """Also when whoever has them makes no claim: a server of somebody else's, on each well-known port that is free."""
    taken = []
    for port in (8080, 50051, 51056):
        somebody = socket.socket()
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also where a connection of a run before lingers
        try:
            somebody.bind(("127.0.0.1", port))
            somebody.listen()
        except OSError:
            pass
        taken.append(somebody)
    try:
        done = run(folder, "--once", "--json")
        assert done.returncode == 0, done.stderr
        endpoints = json.loads(done.stdout.splitlines()[-1])
        assert not endpoints["http"].endswith(":8080") and not endpoints["gateway"].endswith(":50051")
    finally:
        for somebody in taken:
            somebody.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_runs_until_it_is_told_to_stop_and_stops_all(folder, number):
    command = [RUN, "--dir", str(folder), "--build", BUILD]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert any("Ctrl-C" in line for line in iter(running.stdout.readline, ""))
    os.killpg(running.pid, number)
    assert running.wait(timeout=60) == (0 if number != signal.SIGKILL else -number)
    eventually(lambda: not folder.exists() and not living_in(folder))


@pytest.mark.parametrize("setting", ["channels=log", "notifier.channels", "mail.port=1", "notifier.=log"])
def test_a_setting_of_no_service_is_refused(folder, setting):
    done = run(folder, "--once", "--set", setting)
    assert done.returncode == 2
    assert f"'{setting}' is not SERVICE.NAME=VALUE" in done.stderr
    assert not folder.exists()
