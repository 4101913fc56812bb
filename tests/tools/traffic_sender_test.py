"""tools/traffic sends each request to its listener, when what it waits for is answered, and takes only ids and etags of the answers."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import threading

from ordermesh import paths
from ordermesh.traffic.plan import plan
from ordermesh.traffic.request import Ref, Request
from ordermesh.traffic.sender import Sender
from ordermesh.traffic.tally import Answer, Tally
from traffic_shop import ShopInMemory
from traffic_world import CALLS, Listener, Refusal, serving

CREATE, GET, PAY = "OrderService.CreateOrder", "OrderService.GetOrder", "OrderService.PayOrder"


def sent_to(targets, requests) -> Tally:
    tally = Tally()

    async def send():
        await Sender(CALLS, targets, tally).send(requests, rate=10_000)

    asyncio.run(send())
    return tally


def sent(requests, shop, operators=None) -> Tally:
    """Sends them all to these answers."""
    with serving(shop) as public, serving(operators or shop) as inside:
        return sent_to({"shop": public, "operators": inside}, requests)


def order(id="one", etag="1"):
    return CALLS[CREATE].reply(id=id, etag=etag)


def counts(tally):
    return {answer: figures.count for answer, figures in tally.answers.items()}


def test_a_shop_that_keeps_its_rules_answers_as_planned():
    shop = ShopInMemory()
    tally = sent(itertools.islice(plan(7), 1500), Listener(shop.answer))
    assert tally.unplanned == 0, tally.summary()
    assert (tally.sent, tally.left_out, tally.changed_repeats) == (1500, 0, 0)
    assert {answer.code for answer in tally.answers} == {
        "OK", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "ABORTED", "NOT_FOUND", "ALREADY_EXISTS"}


def test_strangers_calls_go_to_the_shop_and_all_others_to_the_operators():
    shop = ShopInMemory()
    public, inside = Listener(shop.answer), Listener(shop.answer)
    sent(itertools.islice(plan(7), 300), public, inside)
    assert {"OrderService.PayOrder", "StockService.AdjustStock", "CustomerService.CreateCustomer"} <= set(inside.seen)
    assert {CREATE, GET, "ProductService.ListProducts"} <= set(public.seen)
    assert not set(inside.seen) & set(public.seen)


def test_ids_and_etags_are_those_that_were_answered():
    asked = []

    def answer(rpc, request):
        asked.append(request)
        return order("an id", "its etag")

    sent([Request(0, CREATE, {}), Request(1, PAY, {"id": Ref(0, "id"), "etag": Ref(0, "etag")}, needs=(0,))], Listener(answer))
    assert (asked[1].id, asked[1].etag) == ("an id", "its etag")


def test_what_is_about_something_refused_is_left_out_and_so_is_what_is_about_that():
    def answer(rpc, request):
        if rpc == CREATE:
            raise Refusal("ORDER_REFUSED", "FAILED_PRECONDITION")
        return order()

    listener = Listener(answer)
    requests = [Request(0, CREATE, {}), Request(1, GET, {"id": Ref(0, "id")}, needs=(0,)), Request(2, GET, {"id": Ref(1, "id")}, needs=(1,)),
                Request(3, GET, {"id": "another"}, after=(0,))]  # fmt: skip
    tally = sent(requests, listener)
    assert (listener.seen, tally.left_out) == ([CREATE, GET], 2)
    assert counts(tally) == {Answer(CREATE, "FAILED_PRECONDITION", "ORDER_REFUSED"): 1, Answer(GET, "OK"): 1}


def test_a_request_waits_for_what_it_comes_after_and_for_nothing_else():
    another, asked = threading.Event(), []

    def answer(rpc, request):
        asked.append(request.id if rpc == GET else "created")
        if rpc == CREATE:
            assert another.wait(30)  # the first is answered only once the third has come
            assert "waits" not in asked
        if rpc == GET and request.id == "free":
            another.set()
        return order()

    tally = sent([Request(0, CREATE, {}), Request(1, GET, {"id": "waits"}, after=(0,)), Request(2, GET, {"id": "free"})], Listener(answer))
    assert asked[-1] == "waits" and counts(tally) == {Answer(CREATE, "OK"): 1, Answer(GET, "OK"): 2}


def test_a_repeat_that_is_answered_with_another_order_is_counted():
    ids = iter("abc")
    requests = [Request(0, CREATE, {}), Request(1, CREATE, {}, after=(0,), repeats=0)]
    assert sent(requests, Listener(lambda rpc, request: order(next(ids)))).changed_repeats == 1
    assert sent(requests, Listener(lambda rpc, request: order())).changed_repeats == 0


def test_what_was_not_planned_is_counted():
    def answer(rpc, request):
        if request.id:
            raise Refusal(request.id)
        return order()

    requests = [Request(0, GET, {}), Request(1, GET, {}, "ID_MALFORMED"), Request(2, GET, {"id": "ID_MALFORMED"}, "ID_MALFORMED"),
                Request(3, GET, {"id": "INTERNAL"})]  # fmt: skip
    tally = sent(requests, Listener(answer))
    assert {answer.reason: figures.unplanned for answer, figures in tally.answers.items()} == {"": 1, "ID_MALFORMED": 0, "INTERNAL": 1}


def test_nobody_there_is_unavailable():
    requests = [Request(0, GET, {"id": "x"}), Request(1, GET, {"id": Ref(0, "id")}, needs=(0,))]
    tally = sent_to({"shop": "127.0.0.1:1", "operators": "127.0.0.1:1"}, requests)
    assert counts(tally) == {Answer(GET, "UNAVAILABLE"): 1} and tally.left_out == 1


def command(target, *arguments):
    return [paths.REPOSITORY / "tools" / "traffic", "--shop", target, "--operators", target, *arguments]


def test_the_tool_sends_what_it_prints():
    asked = []
    shop = ShopInMemory()

    def answer(rpc, request):
        if rpc == CREATE:
            asked.append(request.request_id)
        return shop.answer(rpc, request)

    arguments = ["--seed", "3", "--count", "60", "--rate", "1000"]
    with serving(Listener(answer)) as target:
        done = subprocess.run(command(target, *arguments, "--json"), text=True, capture_output=True, env=os.environ)
        printed = subprocess.run(command(target, *arguments, "--print"), text=True, capture_output=True, check=True).stdout
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split()[:3] == ["RPC", "code", "reason"]
    assert done.stdout.splitlines()[-2].startswith("60 requests in ") and done.stdout.splitlines()[-2].endswith("; seed 3")
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["sent"], summary["seed"], summary["unplanned"]) == (60, 3, 0)
    planned = [json.loads(line) for line in printed.splitlines()]
    assert sorted(asked) == sorted(one["body"]["requestId"] for one in planned if one["rpc"] == CREATE)


def test_the_tool_ends_in_order_when_it_is_interrupted():
    shop, enough = ShopInMemory(), threading.Event()

    def answer(rpc, request):
        if len(listener.seen) >= 30:
            enough.set()
        return shop.answer(rpc, request)

    listener = Listener(answer)
    with serving(listener) as target:
        child = subprocess.Popen(command(target, "--rate", "200"), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert enough.wait(60)
        child.send_signal(signal.SIGINT)
        said, told = child.communicate(timeout=60)
    assert child.returncode == 0, told
    assert int(said.splitlines()[-1].split()[0]) == len(listener.seen)


def test_the_tool_fails_when_nobody_answers():
    done = subprocess.run(command("127.0.0.1:1", "--count", "1"), text=True, capture_output=True)
    assert done.returncode == 1 and "UNAVAILABLE" in done.stdout
