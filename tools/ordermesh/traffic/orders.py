"""The orders' part of a plan: orders, right and wrong ones, repeats, payment, shipping, delivery, cancellation, and reading."""

import collections
from dataclasses import dataclass
from typing import Any

from .order_mistakes import MISTAKES
from .request import OK, Ref, Request
from .shop import Shop

_CREATE = "OrderService.CreateOrder"
_NO_SUCH_ORDER = "019b0000-0000-7000-8000-000000000000"
# What each state is moved on by, and to what.
_MOVES = {"ACCEPTED": ("OrderService.PayOrder", "PAID"), "PAID": ("OrderService.ShipOrder", "SHIPPED"),
          "SHIPPED": ("OrderService.DeliverOrder", "DELIVERED")}  # fmt: skip
_MADE_BY = {state: rpc for rpc, state in _MOVES.values()} | {"CANCELLED": "OrderService.CancelOrder"}
_TOO_EARLY = {"ACCEPTED": "OrderService.ShipOrder", "PAID": "OrderService.DeliverOrder"}


@dataclass
class _Order:
    """An order as it should be by now; `number` is the request that created it."""

    number: int
    body: dict[str, Any]
    state: str = "ACCEPTED"
    changed: int = -1
    """The request that changed it last, so that its answer has the current etag."""
    touched: int = -1
    """The last that was sent to change it, whether or not it should have. What is sent next comes after it."""

    @property
    def id(self) -> Ref:
        return Ref(self.number, "id")


class Orders:
    """Each method makes a request, or gives None where there is no order that it could be about."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._orders: collections.deque[_Order] = collections.deque()

    def place(self) -> Request:
        request, number = self._order_request(), self._shop.number
        self._orders.append(_Order(number, request, changed=number, touched=number))
        return self._shop.request(_CREATE, request)

    def place_wrongly(self) -> Request:
        request, mistake = self._order_request(), self._shop.rng.choice(MISTAKES)
        mistake.make(request, self._shop)
        return self._shop.request(_CREATE, request, mistake.reason)

    def place_again(self) -> Request | None:
        """The same request, perhaps while the first is still under way."""
        if (order := self._any(latest=20)) is None:
            return None
        return self._shop.request(_CREATE, order.body, repeats=order.number)

    def reuse_request_id(self) -> Request | None:
        if (order := self._any()) is None:
            return None
        request = self._order_request() | {"requestId": order.body["requestId"]}
        request["order"]["note"] = "the same number, but something else"
        return self._shop.request(_CREATE, request, "IDEMPOTENCY_KEY_REUSED", needs=[order.number])

    def pay(self) -> Request | None:
        return self._move("ACCEPTED")

    def ship(self) -> Request | None:
        return self._move("PAID")

    def deliver(self) -> Request | None:
        return self._move("SHIPPED")

    def cancel(self) -> Request | None:
        order = self._any("ACCEPTED", "PAID")
        return order and self._change(order, "OrderService.CancelOrder", "CANCELLED")

    def move_again(self) -> Request | None:
        """What was done already, so that nothing changes."""
        order = self._any(*_MADE_BY)
        return order and self._touch(order, _MADE_BY[order.state], {}, OK)

    def move_wrongly(self) -> Request | None:
        """Too early, too late, with an old etag, or something that is no order."""
        kind = self._shop.rng.randrange(5)
        if kind == 0:
            order = self._any(*_TOO_EARLY)
            return order and self._touch(order, _TOO_EARLY[order.state], {}, "ORDER_STATE_FORBIDS")
        if kind == 1:
            order = self._any("CANCELLED", "SHIPPED", "DELIVERED")
            rpc = "OrderService.PayOrder" if order and order.state == "CANCELLED" else "OrderService.CancelOrder"
            return order and self._touch(order, rpc, {}, "ORDER_STATE_FORBIDS")
        if kind == 2:
            order = self._any("PAID")
            return order and self._touch(order, "OrderService.CancelOrder", {"etag": Ref(order.number, "etag")}, "ETAG_STALE")
        rpc = self._shop.rng.choice([rpc for rpc, _ in _MOVES.values()] + ["OrderService.CancelOrder"])
        id, reason = ((_NO_SUCH_ORDER, "ORDER_NOT_FOUND"), ("my last order", "ID_MALFORMED"))[kind - 3]
        return self._shop.request(rpc, {"id": id}, reason)

    def get(self) -> Request | None:
        order = self._any()
        return order and self._shop.request("OrderService.GetOrder", {"id": order.id})

    def list(self) -> Request:
        """Of a customer, or those that wait for a move."""
        if self._shop.chance(0.6):
            return self._shop.request("OrderService.ListOrders", {"customerId": self._shop.customer(), "pageSize": 10})
        state = self._shop.rng.choice(list(_MOVES))
        return self._shop.request("OrderService.ListOrders", {"state": f"ORDER_STATE_{state}", "pageSize": 50, "showTotalSize": True})

    def _order_request(self) -> dict[str, Any]:
        shop, rng = self._shop, self._shop.rng
        (lines,) = rng.choices((1, 2, 3, 4, 5, 9), (45, 27, 14, 8, 4, 2))
        quantities = rng.choices((1, 2, 3, 4, 6, 12), (60, 22, 8, 4, 4, 2), k=lines)
        order: dict[str, Any] = {
            "customerId": shop.customer(),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in zip(shop.skus(lines), quantities)],
        }
        if shop.chance(0.2):
            order["contact"] = {"email": shop.people.person().email}
        if shop.chance(0.15):
            order["note"] = shop.people.note()
        return {"order": order, "requestId": shop.request_id()}

    def _move(self, state: str) -> Request | None:
        order = self._any(state)
        return order and self._change(order, *_MOVES[state])

    def _change(self, order: _Order, rpc: str, state: str) -> Request:
        body: dict[str, Any] = {"id": order.id}
        if self._shop.chance(0.5):
            body["etag"] = Ref(order.changed, "etag")
        request = self._shop.request(rpc, body, after=[order.touched], needs=[order.changed])
        order.state, order.changed, order.touched = state, request.number, request.number
        return request

    def _touch(self, order: _Order, rpc: str, more: dict[str, Any], planned: str) -> Request:
        """What changes nothing, since the order is as it is: it needs whatever has made it so."""
        request = self._shop.request(rpc, {"id": order.id, **more}, planned, after=[order.touched], needs=[order.changed])
        order.touched = request.number
        return request

    def _any(self, *states: str, latest: int = 0) -> _Order | None:
        """One in such a state, in any when there is none; of the latest only, if so told."""
        while self._orders and not self._shop.recent(self._orders[0].number):
            self._orders.popleft()
        among = list(self._orders)[-latest:] if latest else self._orders
        fitting = [order for order in among if not states or order.state in states]
        return self._shop.rng.choice(fitting) if fitting else None
