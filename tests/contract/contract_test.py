"""The contract: lint, no break against the last release, and the OpenAPI document is what the protos give."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

from ordermesh import contract, edge, openapi, service_table

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Of the last release; made anew at each by `buf build protos -o` in a workspace like the one below.
RELEASED = pathlib.Path(__file__).with_name("released.binpb")


@pytest.fixture
def workspace(tmp_path):
    """A buf workspace: our protos, and the Google ones that they import (no registry is asked)."""
    shutil.copytree(REPOSITORY / "protos" / "ordermesh", tmp_path / "protos" / "ordermesh")
    with contract.google_protos() as google:
        shutil.copytree(google, tmp_path / "google-common")
    ours = (REPOSITORY / "protos" / "buf.yaml").read_text()
    modules = "modules:\n  - path: .\n"
    assert modules in ours
    everything = "modules:\n  - path: protos\n  - path: google-common\n    lint: {ignore: [google-common]}\n"
    (tmp_path / "buf.yaml").write_text(ours.replace(modules, everything))
    return tmp_path


def buf(workspace, *arguments):
    return subprocess.run(["buf", *arguments], cwd=workspace, capture_output=True, text=True, timeout=100)


def breaking(workspace):
    return buf(workspace, "breaking", "protos", "--against", str(RELEASED), "--exclude-imports")


def orders_proto(workspace):
    return workspace / "protos" / "ordermesh" / "orders" / "v1" / "orders.proto"


def test_the_protos_follow_the_standard_rules(workspace):
    result = buf(workspace, "lint", "protos")
    assert (result.returncode, result.stdout) == (0, "")


def test_lint_sees_a_field_without_a_comment(workspace):
    path = orders_proto(workspace)
    path.write_text(path.read_text().replace("  // A page of orders.\n", "").replace("  // The orders, newest first.\n", ""))
    assert "Field \"orders\"" in buf(workspace, "lint", "protos").stdout


def test_nothing_breaks_clients_of_the_last_release(workspace):
    result = breaking(workspace)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize(
    "before, after",
    [
        ("string customer_id = 1;", "int64 customer_id = 1;"),
        ("string page_token = 6;", ""),
        ("ORDER_STATE_PAID = 3;", "ORDER_STATE_PAID = 7;"),
        ("rpc GetOrder(", "rpc FetchOrder("),
    ],
)
def test_a_planted_break_is_seen(workspace, before, after):
    path = orders_proto(workspace)
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    result = breaking(workspace)
    assert result.returncode != 0 and "orders.proto" in result.stdout


@pytest.mark.parametrize("face", openapi.FACES, ids=lambda face: face.target.stem)
def test_an_openapi_document_is_what_the_protos_give(face):
    assert face.target.read_text() == openapi.render(face), "run tools/openapi"


@pytest.mark.parametrize("face", openapi.FACES, ids=lambda face: face.target.stem)
def test_a_document_describes_each_http_rule_of_its_listener_once(face):
    document = json.loads(face.target.read_text())
    described = [(path, verb.upper()) for path, verbs in document["paths"].items() for verb in verbs]
    calls = edge.calls(service_table.ROWS, contract.rpcs(contract.compiled()))
    ruled = [(re.sub(r"_(\w)", lambda letter: letter[1].upper(), rule.path), rule.verb)
             for call in calls if face.listener in call.listeners for rule in call.rpc.rules]
    assert sorted(described) == sorted(ruled) != []
    ids = [operation["operationId"] for verbs in document["paths"].values() for operation in verbs.values()]
    assert len(ids) == len(set(ids))
