"""The summary of tools/traffic counts every answer, and its times are right within 2 %."""

import random

import pytest

from ordermesh.traffic.tally import Answer, Figures, Tally


@pytest.mark.parametrize("fraction, exact", [(0.5, 0.5), (0.9, 0.9), (0.99, 0.99), (1, 1)])
def test_a_quantile_is_at_most_2_percent_too_long(fraction, exact):
    figures = Figures()
    times = [(number + 1) / 1000 for number in range(1000)]
    random.Random(1).shuffle(times)
    for seconds in times:
        figures.add(seconds, True)
    assert exact <= figures.quantile(fraction) <= exact * 1.02


def test_of_one_answer_all_times_are_its_own():
    figures = Figures()
    figures.add(0.0123, True)
    assert figures.quantile(0.5) == figures.quantile(0.99) == figures.longest_s == 0.0123


def test_the_summary_has_a_row_for_each_rpc_code_and_reason():
    tally = Tally()
    for seconds in (0.001, 0.002, 0.010):
        tally.add(Answer("OrderService.GetOrder", "OK"), seconds, True)
    tally.add(Answer("OrderService.CreateOrder", "UNAVAILABLE", "OVERLOADED"), 0.1, False)
    tally.add(Answer("OrderService.CreateOrder", "INVALID_ARGUMENT", "ORDER_INVALID"), 0.2, True)
    tally.left_out = 2
    rows = [line.split() for line in tally.summary().splitlines()]
    assert rows[1][:4] == ["OrderService.CreateOrder", "INVALID_ARGUMENT", "ORDER_INVALID", "1"]
    assert rows[2][:5] == ["OrderService.CreateOrder", "UNAVAILABLE", "OVERLOADED", "1", "1"]
    assert rows[3][:3] == ["OrderService.GetOrder", "OK", "3"] and rows[3][-1] == "10.0"
    assert tally.summary().splitlines()[-1] == "2 more were left out: what they are about was refused"
    assert (tally.sent, tally.taken, tally.unplanned) == (5, 3, 1)


def test_a_program_reads_the_same():
    tally = Tally()
    tally.add(Answer("OrderService.GetOrder", "OK"), 0.004, True)
    tally.add(Answer("OrderService.GetOrder", "NOT_FOUND", "ORDER_NOT_FOUND"), 0.002, False)
    assert tally.as_json() == {
        "sent": 2, "ok": 1, "unplanned": 1, "left_out": 0, "changed_repeats": 0, "answers": [
            {"rpc": "OrderService.GetOrder", "code": "NOT_FOUND", "reason": "ORDER_NOT_FOUND", "count": 1, "unplanned": 1,
             "p50_ms": 2.0, "p90_ms": 2.0, "p99_ms": 2.0, "max_ms": 2.0},
            {"rpc": "OrderService.GetOrder", "code": "OK", "reason": "", "count": 1, "unplanned": 0,
             "p50_ms": 4.0, "p90_ms": 4.0, "p99_ms": 4.0, "max_ms": 4.0}]}  # fmt: skip


def test_a_repeat_that_made_something_else_is_told():
    tally = Tally()
    assert "REPEATS" not in tally.summary()
    tally.changed_repeats = 1
    assert "1 REPEATS WERE ANSWERED WITH SOMETHING ELSE" in tally.summary()
