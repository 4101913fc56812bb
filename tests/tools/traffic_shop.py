"""A shop in memory that keeps the documented rules as far as tools/traffic tries them: orders. Its catalogue is traffic_catalogue.py."""

import re
import threading
from typing import Any

from traffic_catalogue import CatalogueInMemory
from traffic_world import CALLS, Refusal

STATES = ("ACCEPTED", "PAID", "SHIPPED", "DELIVERED")
MOVES = {"PayOrder": 1, "ShipOrder": 2, "DeliverOrder": 3}


class ShopInMemory:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._catalogue = CatalogueInMemory()
        self._orders: dict[str, Any] = {}
        self._by_request: dict[str, tuple[Any, str]] = {}

    def answer(self, rpc: str, request: Any) -> Any:
        with self._lock:
            service, _, method = rpc.partition(".")
            if service != "OrderService":
                return self._catalogue.answer(rpc, request)
            if method == "CreateOrder":
                return self._create(request)
            if method == "ListOrders":
                return CALLS[rpc].reply(orders=list(self._orders.values())[-request.page_size:])
            order = self._found(request.id)
            return order if method == "GetOrder" else self._change(order, method, request.etag)

    def _create(self, request: Any) -> Any:
        if not re.fullmatch(r"[!-~]{1,128}", request.request_id):
            raise Refusal("REQUEST_ID_MALFORMED")
        if request.request_id in self._by_request:
            stored, id = self._by_request[request.request_id]
            if stored != request.order:
                raise Refusal("IDEMPOTENCY_KEY_REUSED")
            return self._orders[id]
        self._check(request.order)
        order = CALLS["OrderService.CreateOrder"].reply()
        order.CopyFrom(request.order)
        order.id, order.etag, order.state = f"019b0000-0000-7000-8000-{len(self._orders) + 1:012}", "1", 1
        self._orders[order.id] = order
        self._by_request[request.request_id] = request.order, order.id
        return order

    def _check(self, order: Any) -> None:
        skus = [line.sku for line in order.lines]
        good = (self._catalogue.knows(order.customer_id), skus, len(set(skus)) == len(skus), len(order.note) <= 2000,
                re.fullmatch(r"([^@ ]+@[^@ ]+\.\w+)?", order.contact.email),
                all(1 <= line.quantity <= 999 and not line.HasField("unit_price") for line in order.lines))  # fmt: skip
        if not all(good):
            raise Refusal("ORDER_INVALID")
        if not all(map(self._catalogue.sells, skus)):
            raise Refusal("ORDER_REFUSED", "FAILED_PRECONDITION")

    def _found(self, id: str) -> Any:
        if not re.fullmatch(r"[0-9a-f-]{36}", id):
            raise Refusal("ID_MALFORMED")
        if id not in self._orders:
            raise Refusal("ORDER_NOT_FOUND", "NOT_FOUND")
        return self._orders[id]

    @staticmethod
    def _change(order: Any, method: str, etag: str) -> Any:
        cancelled, place = order.state == 2, {1: 0, 3: 1, 4: 2, 5: 3}.get(order.state, -1)
        target = MOVES.get(method)
        if (cancelled and target is None) or (target is not None and place >= target):
            return order
        if etag and etag != order.etag:
            raise Refusal("ETAG_STALE", "ABORTED")
        if cancelled or (place > 1 if target is None else place != target - 1):
            raise Refusal("ORDER_STATE_FORBIDS", "FAILED_PRECONDITION")
        order.state = 2 if target is None else (3, 4, 5)[target - 1]
        order.etag = str(int(order.etag) + 1)
        return order
