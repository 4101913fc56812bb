"""The catalogue of the shop in memory: the sample data, of which it never has too few, and what is added."""

import re
import uuid
from typing import Any

from traffic_world import CALLS, Refusal


class CatalogueInMemory:
    def __init__(self) -> None:
        self._products: dict[str, Any] = {}
        self._customers: dict[str, Any] = {}
        self._by_request: dict[str, Any] = {}
        for number in range(1000):
            self._keep(self._products, CALLS["ProductService.GetProduct"].reply(sku=f"SKU-{number:04}", active=number < 999), str(uuid.UUID(int=number)))
            self._keep(self._customers, CALLS["CustomerService.GetCustomer"].reply(name="Sample"), f"CUST-{number:04}")

    def knows(self, customer: str) -> bool:
        return customer in self._customers and not self._customers[customer].HasField("delete_time")

    def sells(self, sku: str) -> bool:
        return any(product.sku == sku and product.active and not product.HasField("delete_time") for product in self._products.values())

    def answer(self, rpc: str, request: Any) -> Any:
        service, _, method = rpc.partition(".")
        if service == "StockService":
            return self._stock(rpc, request)
        kind, rows = ("product", self._products) if service == "ProductService" else ("customer", self._customers)
        if method.startswith(("List", "BatchGet")):
            return CALLS[rpc].reply()
        if method.startswith("Create"):
            return self._create(kind, rows, getattr(request, kind), request.request_id)
        if method.startswith("Update"):
            return self._update(kind, self._found(kind, rows, getattr(request, kind).id), getattr(request, kind), request.update_mask.paths)
        if method == "GetProduct" and request.sku:
            return next(product for product in rows.values() if product.sku == request.sku)
        row = self._found(kind, rows, request.id)
        if method.startswith(("Delete", "Undelete")) and row.HasField("delete_time") != method.startswith("Delete"):
            self._fresh(row, getattr(request, "etag"))
            row.ClearField("delete_time") if method.startswith("Undelete") else row.delete_time.GetCurrentTime()
        return row

    def _create(self, kind: str, rows: dict[str, Any], given: Any, request_id: str) -> Any:
        if request_id in self._by_request:
            return self._by_request[request_id]
        if kind == "product":
            good = given.name and given.price.units >= 0 and len(given.price.currency_code) == 3
            taken = "SKU_TAKEN" if any(product.sku == given.sku for product in rows.values()) else ""
        else:
            good = given.name and re.fullmatch(r"[^@ ]+@[^@ ]+", given.email)
            taken = "CUSTOMER_ID_TAKEN" if given.id in rows else ""
        if not good:
            raise Refusal(f"{kind.upper()}_INVALID")
        if taken:
            raise Refusal(taken, "ALREADY_EXISTS")
        row = type(given)()
        row.CopyFrom(given)
        row.active = True
        self._by_request[request_id] = row
        return self._keep(rows, row, str(uuid.uuid4()))

    def _update(self, kind: str, row: Any, given: Any, paths: list[str]) -> Any:
        if "create_time" in paths:
            raise Refusal("UPDATE_MASK_INVALID")
        if row.HasField("delete_time"):
            raise Refusal(f"{kind.upper()}_DELETED", "FAILED_PRECONDITION")
        self._fresh(row, given.etag)
        return row

    def _stock(self, rpc: str, request: Any) -> Any:
        if rpc != "StockService.ListStock":
            self._found("product", self._products, request.product_id)
        if rpc == "StockService.AdjustStock" and request.delta == -1_000_000_000:
            raise Refusal("STOCK_SHORT", "FAILED_PRECONDITION")
        return CALLS[rpc].reply()

    @staticmethod
    def _found(kind: str, rows: dict[str, Any], id: str) -> Any:
        if id not in rows:
            raise Refusal(f"{kind.upper()}_NOT_FOUND", "NOT_FOUND")
        return rows[id]

    @staticmethod
    def _fresh(row: Any, etag: str) -> None:
        """Every change gives another etag."""
        if etag and etag != row.etag:
            raise Refusal("ETAG_STALE", "ABORTED")
        row.etag = str(int(row.etag) + 1)

    @staticmethod
    def _keep(rows: dict[str, Any], row: Any, id: str) -> Any:
        row.id, row.etag = id, "1"
        rows[id] = row
        return row
