"""The READMEs' commands do what the READMEs say: they are read from there, run as they are printed, and their answers are those
that are printed, but for ids and times."""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
from dataclasses import dataclass

import pytest

from ordermesh import paths

PAGES = ("README.md", "docker/README.md", "helm/ordermesh/README.md")
# What is run here, by how it begins, and why the rest is not. A command of neither is a failure: nobody would run it.
HERE = {"tools/run", "curl", "grpcurl"}
ELSEWHERE = {
    "tools/test": "it runs this test",
    "docker": "needs an engine; tools/test compose has lines of its own",
    "helm": "needs a cluster; tools/test cluster has lines of its own",
    "tools/setup": "as helm",
    "tools/cluster": "as helm",
    "tools/images": "as helm",
    "minikube": "nobody runs it, as the page says",
    "url()": "needs a cluster and a database of the reader's",
    "kubectl": "as url()",
}


@dataclass
class Command:
    page: str
    text: str
    answer: str | None = None  # what the page shows of it

    @property
    def program(self) -> str:
        return self.text.split()[0]


def commands(page: str) -> list[Command]:
    """Every command of the page's blocks without a language; a block of JSON is the answer of the last one before it."""
    found: list[Command] = []
    after_script = False
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```$", (paths.REPOSITORY / page).read_text(), re.M | re.S):
        if language == "json" and not after_script:
            found[-1].answer = block
        elif language == "" and not block.startswith("client ─"):  # the picture
            for text in re.sub(r"\\\n *", "", block).splitlines():
                found.append(Command(page, text))
        after_script = language == "sh"
    return found


def scripts(page: str) -> list[Command]:
    """Every block of shell, which is run as a whole; the answer is that of its last command."""
    blocks = re.findall(r"^```sh\n(.*?)^```\n```json\n(.*?)^```$", (paths.REPOSITORY / page).read_text(), re.M | re.S)
    return [Command(page, text, answer) for text, answer in blocks]


ALL = [command for page in PAGES for command in commands(page)]
CALLS = [command for command in ALL if command.program in HERE - {"tools/run"}]


def test_every_command_is_run_or_known_why_not():
    assert {command.program for command in ALL} == HERE | ELSEWHERE.keys()
    assert sum(command.answer is not None for command in CALLS) >= 3


@contextlib.contextmanager
def own_network():
    """The printed ports are ours alone: in a network of this process's own, where it may make one. Else the machine's."""
    libc, clone_newnet = ctypes.CDLL(None, use_errno=True), 0x40000000
    with open("/proc/self/ns/net") as before:
        if libc.unshare(clone_newnet) != 0:
            yield
            return
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
                fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
            yield
        finally:
            assert libc.setns(before.fileno(), clone_newnet) == 0, os.strerror(ctypes.get_errno())


@pytest.fixture(scope="module")
def running():
    """`tools/run` as it is printed, until Ctrl-C; gives what it has said."""
    (command,) = [each for each in commands("README.md") if each.program == "tools/run"]
    with own_network():
        child = subprocess.Popen(["bash", "-c", f"exec {command.text}"], cwd=paths.REPOSITORY, text=True,
                                 stdout=subprocess.PIPE, start_new_session=True)
        try:
            said = []
            for line in child.stdout:
                said.append(line)
                if "Ctrl-C" in line:
                    break
            else:
                pytest.fail(f"tools/run ended with {child.wait()}: {''.join(said)}")
            assert "http://127.0.0.1:8080/" in "".join(said), "the printed port is somebody else's here"
            # Whatever it says from now on is nobody's, but must not fill the pipe.
            threading.Thread(target=child.stdout.read, daemon=True).start()
            yield "".join(said)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGINT)
            assert child.wait(timeout=120) == 0
            assert not (paths.REPOSITORY / "run").exists(), "the page says that nothing stays behind"


def run(command: Command) -> str:
    done = subprocess.run(["bash", "-c", command.text], cwd=paths.REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


CHANGING = {
    "an id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "a time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "an etag": r"[0-9a-f]{8}-\d+",
}


def same_but_ids_and_times(value):
    """The value with what differs from run to run replaced by what it is."""
    if isinstance(value, dict):
        return {name: same_but_ids_and_times(each) for name, each in value.items()}
    if isinstance(value, list):
        return [same_but_ids_and_times(each) for each in value]
    for kind, pattern in CHANGING.items():
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return kind
    return value


@pytest.mark.parametrize("command", CALLS, ids=lambda command: f"{command.page}: {command.text[:60]}")
def test_a_command_answers_what_is_printed(running, command):
    answered = json.loads(run(command))
    if command.answer is None:
        assert "type" not in answered or not answered["type"].startswith("urn:ordermesh:problem"), answered
        return
    whole = "…" not in command.answer
    printed = json.loads("\n".join(line for line in command.answer.splitlines() if line.strip() != "…"))
    if not whole:
        answered = {name: value for name, value in answered.items() if name in printed}
    assert same_but_ids_and_times(answered) == same_but_ids_and_times(printed)


def test_a_script_ends_with_what_is_printed(running):
    (script,) = scripts("README.md")
    last = run(script).rsplit("}{", 1)[-1]
    assert same_but_ids_and_times(json.loads("{" + last)) == same_but_ids_and_times(json.loads(script.answer))


def test_sent_again_it_gives_the_same_order(running):
    """Those with a request id, as the page says."""
    repeatable = [command for command in CALLS if "idempotency-key" in command.text or "requestId" in command.text]
    assert {command.program for command in repeatable} == {"curl", "grpcurl"}
    for command in repeatable:
        first, again = json.loads(run(command)), json.loads(run(command))
        assert first["id"] and again == first


def test_what_tools_run_prints_can_be_run(running):
    """Its own list of what to do next, each as it is printed."""
    printed = re.findall(r"^  \S.*?   +((?:curl|grpcurl|psql) .+)$", running, re.M)
    assert len(printed) >= 6
    for text in printed:
        # psql would wait for somebody to type.
        assert run(Command("tools/run", f"{text} -c 'SELECT 1'" if text.startswith("psql") else text)), text
