"""The commands that `helm install` ends with, typed as they stand there."""

import re
import socket
import subprocess

import pytest

from orders import read_if_served
from symptoms import eventually

# What nobody types, or other tests do: a page, the test of the release, and how to remove what an uninstall leaves.
NO_COMMAND = re.compile(r"http://|helm test|kubectl \S+ \S+ delete")


@pytest.fixture
def notes(release, namespace):
    return namespace.helm("get", "notes", release.name)


def script(notes, port):
    """The indented lines as one script; the forwarded port is a free one, and waited for, as somebody who types would."""
    lines = [line[2:] for line in notes.splitlines() if line.startswith("  ") and not NO_COMMAND.match(line[2:])]
    text = "\n".join(lines).replace("8081:8081 &", f"{port}:8081 &\nuntil (: < /dev/tcp/127.0.0.1/{port}) 2>/dev/null; do sleep 0.1; done")
    return f"set -eu\ntrap 'kill $!' EXIT\n{text.replace('127.0.0.1:8081', f'127.0.0.1:{port}')}\n"


def typed(commands):
    """What they printed."""
    done = subprocess.run(["bash", "-c", commands], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_notes_do_what_they_say(notes, namespace):
    eventually(lambda: read_if_served(namespace, "notifications") and read_if_served(namespace, "analytics/lags"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    commands = script(notes, port)
    assert re.findall(r"^(curl|grpcurl|EDGE=)", commands, re.MULTILINE) == ["EDGE=", "curl", "grpcurl", "curl", "curl"]
    printed = typed(commands)
    assert '"event":"migrated"' in printed
    by_http, by_grpc = orders = re.findall(r'^ *\{?"id": ?"(\S{36})"', printed, re.MULTILINE)
    assert by_http != by_grpc

    def all_seen():
        again = typed(commands)  # repeats: the same two orders
        assert re.findall(r'^ *\{?"id": ?"(\S{36})"', again, re.MULTILINE) == orders
        _, notifications, sales = re.split(r'\{"(?:notifications|rows)":', again)
        return all(order in notifications for order in orders) and "SKU-0001" in sales

    eventually(all_seen)
