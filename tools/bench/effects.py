"""Whether everything that follows from an order has happened: its notification sent, its sale counted."""

import time
from dataclasses import dataclass

from system import System

_PATIENCE_S = 120


@dataclass
class Done:
    notified_s: float  # after the last answer
    counted_s: float
    missing: str  # what never came; empty: nothing


class Effects:
    """Made before the load: counts what is added from then on."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._database = system.database()
        # A load begins with nothing left of the one before.
        self._notified_before, self._counted_before = self._settle()
        self._sales_before = system.sales_orders()

    def wait(self, orders: int) -> Done:
        began = time.monotonic()
        notified = counted = None
        while time.monotonic() - began < _PATIENCE_S:
            now = time.monotonic() - began
            if notified is None and self._notified() - self._notified_before >= orders:
                notified = now
            if counted is None and self._counted() - self._counted_before >= orders:
                counted = now
            if notified is not None and counted is not None:
                break
            time.sleep(0.1)
        return Done(notified if notified is not None else _PATIENCE_S, counted if counted is not None else _PATIENCE_S,
                    self._missing(orders))  # fmt: skip

    def _missing(self, orders: int) -> str:
        notified = self._notified() - self._notified_before
        counted = self._counted() - self._counted_before
        wrong = []
        if notified != orders:
            wrong.append(f"notifications sent: {notified} of {orders}")
        if counted != orders:
            wrong.append(f"orders counted: {counted} of {orders}")
        # The same figure as a client sees it; the tables are only quicker to ask.
        sales = self._system.sales_orders() - self._sales_before
        if sales != orders:
            wrong.append(f"orders by QuerySales: {sales} of {orders}")
        return ", ".join(wrong)

    def _settle(self) -> tuple[int, int]:
        until = time.monotonic() + 30
        last = None
        while time.monotonic() < until:
            now = (self._notified(), self._counted())
            if now == last:
                return now
            last = now
            time.sleep(0.5)
        return last

    def _notified(self) -> int:
        return self._number("SELECT count(*) FROM notifications.notifications WHERE state = 2")

    def _counted(self) -> int:
        return self._number("SELECT coalesce(sum(orders), 0)::bigint FROM analytics.order_totals")

    def _number(self, query: str) -> int:
        return self._database.execute(query).fetchone()[0]
