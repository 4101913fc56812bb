"""ordermesh-probe, which the health checks of docker/compose.yaml call: built as docker/Dockerfile builds it."""

import http.server
import re
import socket
import subprocess
import threading

import pytest

from ordermesh import paths


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    dockerfile = (paths.REPOSITORY / "docker" / "Dockerfile").read_text()
    options = re.search(r"g\+\+ (.+) -o \S+/ordermesh-probe", dockerfile)[1].split()
    program = tmp_path_factory.mktemp("probe") / "ordermesh-probe"
    subprocess.run(["g++", *options, "-o", program, paths.REPOSITORY / "docker" / "probe.cc"], check=True)
    return lambda *arguments: subprocess.run([program, *arguments], capture_output=True, text=True, timeout=10)


@pytest.fixture
def server():
    """Its port; /readyz answers 200, /long more than a probe prints, anything else 503."""

    class Pages(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = {"/readyz": b'{"ready":true}\n', "/long": b"x" * 100_000}.get(self.path, b'{"failing":["database"]}\n')
            self.send_response(200 if self.path in ("/readyz", "/long") else 503)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield str(listening.server_port)
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_a_server_that_is_ready_is_well(probe, server):
    done = probe(server, "/readyz")
    assert (done.returncode, done.stdout) == (0, 'HTTP/1.1 200 OK: {"ready":true}\n\n')


def test_one_that_is_not_says_why(probe, server):
    done = probe(server, "/other")
    assert (done.returncode, done.stdout) == (1, 'HTTP/1.1 503 Service Unavailable: {"failing":["database"]}\n\n')


def test_a_long_answer_is_cut(probe, server):
    done = probe(server, "/long")
    assert done.returncode == 0 and len(done.stdout) < 2000


def test_nobody_there_is_not_well(probe):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        done = probe(str(unused.getsockname()[1]), "/readyz")
    assert (done.returncode, done.stdout) == (1, "connect: Connection refused\n")


def test_a_server_that_hangs_is_not_well(probe):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = probe(str(silent.getsockname()[1]), "/readyz")
    assert done.returncode == 1 and done.stdout.startswith("receive: ")


@pytest.mark.parametrize("arguments", [[], ["8080"], ["0", "/"], ["65536", "/"], ["http", "/"], ["8080", "readyz"], ["1", "/", "more"]])
def test_wrong_usage_is_said(probe, arguments):
    done = probe(*arguments)
    assert done.returncode == 64 and done.stderr.startswith("usage: ordermesh-probe PORT PATH")
