"""A bad configuration ends a program at once, with one clear line and an exit code of its own."""

import json
import os
import pathlib
import socket
import subprocess

import pytest

from ordermesh import service_table

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ORDERMESH_BUILD", REPOSITORY / "build" / "release"))
SERVICES = service_table.NAMES


def end(program, *arguments, environment=None):
    """(exit code, what it wrote to standard error)."""
    done = subprocess.run([BUILD / "bin" / f"ordermesh-{program}", *arguments], capture_output=True, text=True, timeout=10,
                          env={"PATH": os.environ["PATH"], **(environment or {})})
    return done.returncode, done.stderr


@pytest.mark.parametrize("program", [*SERVICES, "migrate"])
def test_an_unknown_flag_is_bad_usage(program):
    code, said = end(program, "--no_such_flag=1")
    assert code == 64
    assert said.count("\n") == 1 and "no_such_flag" in said


@pytest.mark.parametrize("program", SERVICES)
@pytest.mark.parametrize("arguments, environment, named", [
    (["--drain_timeout_ms=soon"], {}, "drain_timeout_ms"),
    (["--drain_timeout_ms=-1"], {}, "drain_timeout_ms"),
    (["--log_level=loud"], {}, "log_level"),
    (["--listen=nowhere"], {}, "listen"),
    ([], {"ORDERMESH_DRAIN_TIMEOUT_MS": "soon"}, "ORDERMESH_DRAIN_TIMEOUT_MS"),
    (["--config=/nonexistent.yaml"], {}, "/nonexistent.yaml"),
    (["--database_url_file=/nonexistent"], {}, "/nonexistent"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_a_bad_value_is_a_bad_configuration(program, arguments, environment, named):
    code, said = end(program, *arguments, environment=environment)
    assert code == 78
    last = said.splitlines()[-1]
    assert named in last


@pytest.mark.parametrize("program", SERVICES)
def test_a_file_with_an_unknown_name_is_a_bad_configuration(program, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("log_level: info\nno_such_name: 1\n")
    code, said = end(program, f"--config={file}")
    assert code == 78 and said.count("\n") == 1
    assert "no_such_name" in said and str(file) in said


@pytest.mark.parametrize("program", SERVICES)
@pytest.mark.parametrize("flag, other", [("listen", "ops_listen"), ("ops_listen", "listen")])
def test_a_taken_port_is_named(program, flag, other):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = end(program, f"--{flag}={address}", f"--{other}=127.0.0.1:0",
                         "--database_url=postgres://nobody@127.0.0.1:1/none")
    assert code == 69
    last = json.loads(said.splitlines()[-1])
    assert last["level"] == "error" and address in last["reason"]


@pytest.mark.parametrize("program", [*SERVICES, "migrate"])
def test_help_lists_every_setting(program):
    done = subprocess.run([BUILD / "bin" / f"ordermesh-{program}", "--help"], capture_output=True, text=True, timeout=5)
    assert done.returncode == 0 and "database_url" in done.stdout
