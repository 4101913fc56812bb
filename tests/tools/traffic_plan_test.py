"""What tools/traffic sends follows from the seed alone, and is what the contract can be asked for."""

import itertools
import os
import re
import subprocess

import pytest
from google.protobuf import json_format

from ordermesh import paths
from ordermesh.traffic.calls import calls
from ordermesh.traffic.plan import plan
from ordermesh.traffic.request import HORIZON, OK, Ref, Request, filled, references

LONG = 3 * HORIZON


def first(count: int, seed: int = 7) -> list[Request]:
    return list(itertools.islice(plan(seed), count))


@pytest.fixture(scope="module")
def long() -> list[Request]:
    return first(LONG)


def printed(seed: int, **environment: str) -> str:
    command = [paths.REPOSITORY / "tools" / "traffic", "--seed", str(seed), "--count", str(LONG), "--print"]
    return subprocess.run(command, env={**os.environ, **environment}, text=True, capture_output=True, check=True).stdout


def test_the_same_seed_gives_the_same_requests_in_any_process():
    one, other = printed(7, PYTHONHASHSEED="1", TZ="UTC"), printed(7, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LANG="tr_TR.UTF-8")
    assert one == other and one.count("\n") == LONG
    assert printed(8) != one


def test_a_shorter_plan_is_how_the_longer_one_begins(long):
    assert first(500) == long[:500]


def test_two_plans_do_not_disturb_each_other(long):
    mine, theirs = plan(7), plan(8)
    assert [one for one, _ in itertools.islice(zip(mine, theirs), 500)] == long[:500]


def test_a_request_depends_only_on_what_was_sent_lately(long):
    for index, request in enumerate(long):
        assert request.number == index
        before = {*request.after, *request.needs, *([] if request.repeats is None else [request.repeats])}
        assert all(index - HORIZON < number < index for number in before), request
        assert {ref.request for ref in references(request.body)} <= set(request.needs)


def test_every_request_is_a_message_of_the_contract(long):
    known = calls()
    for request in long:
        json_format.ParseDict(filled(request.body, str), known[request.rpc].request())


def test_what_it_refers_to_is_a_field_of_the_answer(long):
    known = calls()
    for request in long:
        for ref in references(request.body):
            assert ref.field in known[long[ref.request].rpc].reply.DESCRIPTOR.fields_by_name, request


def test_every_refusal_that_is_planned_is_a_documented_one(long):
    documented = set(re.findall(r"^\| `(\w+)` \|", (paths.REPOSITORY / "docs" / "errors.md").read_text(), re.MULTILINE))
    planned = {request.planned for request in long} - {OK}
    assert planned <= documented and len(planned) >= 8


def test_a_repeat_is_the_request_that_it_repeats(long):
    repeats = [request for request in long if request.repeats is not None]
    assert len(repeats) > LONG / 100
    for request in repeats:
        assert (request.rpc, request.body) == (long[request.repeats].rpc, long[request.repeats].body)


def test_no_two_orders_have_one_request_id_but_repeats_and_mistakes(long):
    ids = [request.body["requestId"] for request in long
           if request.rpc == "OrderService.CreateOrder" and request.planned == OK and request.repeats is None]
    assert len(set(ids)) == len(ids) > LONG / 4


def test_mail_goes_to_nobody(long):
    emails = [request.body["order"]["contact"]["email"] for request in long
              if request.planned == OK and "contact" in request.body.get("order", {})]
    assert len(emails) > 100
    assert [email for email in emails if not re.fullmatch(r"[a-z0-9.]+@example\.(com|net|org)", email)] == []


def test_a_body_is_filled_where_it_refers():
    body = {"id": Ref(3, "id"), "lines": [{"sku": Ref(5, "sku"), "quantity": 2}], "note": "none"}
    assert filled(body, str) == {"id": "${3.id}", "lines": [{"sku": "${5.sku}", "quantity": 2}], "note": "none"}
    assert list(references(body)) == [Ref(3, "id"), Ref(5, "sku")]
