"""The products' part of a plan: new ones, their stock, prices, what is taken out of sale and comes back, and looking around."""

from dataclasses import dataclass
from typing import Any

from .goods import Goods
from .request import OK, Ref, Request
from .shop import NOT_FOR_SALE, Made, Shop

_CREATE, _UPDATE, _ADJUST = "ProductService.CreateProduct", "ProductService.UpdateProduct", "StockService.AdjustStock"
_NO_SUCH_PRODUCT = "019b0000-0000-7000-8000-000000000000"
_SORTS = ("name", "price", "price desc", "update_time desc")


@dataclass
class _Product:
    """A product of the plan's own; `number` is the request that created it, `changed` the last that gave it another etag."""

    number: int
    body: dict[str, Any]
    changed: int
    touched: int
    made: Made | None = None
    """As orders know it; None while it has no stock, or is out of sale."""
    deleted: bool = False

    @property
    def id(self) -> Ref:
        return Ref(self.number, "id")


class Products:
    """Each method makes a request, or gives None where there is no product that it could be about."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._goods = Goods(shop.rng)
        self._products: list[_Product] = []
        self._looked_up: list[int] = []
        """Requests whose answers have the id of a product of the sample data."""

    def add(self) -> Request:
        number, body = self._shop.number, {"product": self._goods.product(), "requestId": self._shop.request_id()}
        self._products.append(_Product(number, body, number, number))
        return self._shop.request(_CREATE, body)

    def add_again(self) -> Request | None:
        product = self._any(latest=3)
        return product and self._shop.request(_CREATE, product.body, repeats=product.number)

    def add_wrongly(self) -> Request | None:
        kind, body = self._shop.rng.randrange(4), self._goods.product()
        reason, needs = "PRODUCT_INVALID", []
        if kind == 0:
            body["name"] = ""
        elif kind == 1:
            body["price"] = {"currencyCode": "EUR", "units": "-5"}
        elif kind == 2:
            body["price"]["currencyCode"] = "EURO"
        else:
            if (other := self._any()) is None:
                return None
            body["sku"], reason, needs = other.body["product"]["sku"], "SKU_TAKEN", [other.number]
        return self._shop.request(_CREATE, {"product": body, "requestId": self._shop.request_id()}, reason, needs=needs)

    def stock(self) -> Request | None:
        """A delivery: for one that is new, or that orders have taken from."""
        rng = self._shop.rng
        new = [product for product in self._recent() if product.made is None and not product.deleted]
        if new:
            new[0].made = Made(self._shop.number, Ref(new[0].number, "sku"))
            self._shop.products.append(new[0].made)
            return self._adjust(new[0].id, {"delta": str(rng.randrange(500, 5000, 100))})
        if (id := self._some_id()) is None:
            return None
        return self._adjust(id, {"delta": str(rng.randrange(10, 500, 10))})

    def count(self) -> Request | None:
        """Somebody has looked at the shelf."""
        id = self._some_id()
        return id and self._adjust(id, {"availableCount": str(self._shop.rng.randrange(1000, 9000))}, "stocktaking")

    def take_too_many(self) -> Request | None:
        id = self._some_id()
        return id and self._adjust(id, {"delta": "-1000000000"}, "written off", "STOCK_SHORT")

    def reprice(self) -> Request | None:
        product = self._any()
        return product and self._change(product, {"price": self._goods.price()}, "price")

    def describe(self) -> Request | None:
        """Without a mask: what is given is what changes."""
        product, other = self._any(), self._goods.product()
        return product and self._change(product, {"description": other["description"], "attributes": other["attributes"]})

    def change_wrongly(self) -> Request | None:
        kind = self._shop.rng.randrange(4)
        if kind == 0:
            return self._shop.request(_UPDATE, {"product": {"id": _NO_SUCH_PRODUCT, "price": self._goods.price()}}, "PRODUCT_NOT_FOUND")
        if kind == 1:
            product = self._any(deleted=True)
            return product and self._touch(product, {"price": self._goods.price()}, "price", "PRODUCT_DELETED")
        if (product := self._any()) is None:
            return None
        if kind == 2:
            return self._touch(product, {"createTime": "2026-01-01T00:00:00Z"}, "createTime", "UPDATE_MASK_INVALID")
        if product.changed == product.number:
            return None
        return self._touch(product, {"price": self._goods.price(), "etag": Ref(product.number, "etag")}, "price", "ETAG_STALE")

    def delete(self) -> Request | None:
        """After all orders that have it, so that none of them comes too late."""
        if (product := self._any()) is None or product.made is None:
            return None
        self._shop.products.remove(product.made)
        request = self._shop.request("ProductService.DeleteProduct", {"id": product.id}, after=[product.touched, *self._shop.lately(product.made)],
                                     needs=[product.changed])  # fmt: skip
        product.made, product.deleted, product.changed, product.touched = None, True, request.number, request.number
        return request

    def undelete(self) -> Request | None:
        if (product := self._any(deleted=True)) is None:
            return None
        request = self._shop.request("ProductService.UndeleteProduct", {"id": product.id, "etag": Ref(product.changed, "etag")},
                                     after=[product.touched])  # fmt: skip
        product.deleted, product.changed, product.touched = False, request.number, request.number
        product.made = Made(request.number, Ref(product.number, "sku"))
        self._shop.products.append(product.made)
        return request

    def look_up(self) -> Request:
        """Of the sample data, by SKU."""
        sku = self._shop.sample_sku()
        self._looked_up.append(self._shop.number)
        return self._shop.request("ProductService.GetProduct", {"sku": sku})

    def look_up_several(self) -> Request:
        return self._shop.request("ProductService.BatchGetProducts", {"skus": [*self._shop.skus(4), NOT_FOR_SALE]})

    def browse(self) -> Request:
        rng = self._shop.rng
        filters = rng.choice(({"category": self._goods.product()["category"]}, {"priceFrom": self._goods.price()}, {"active": True}, {}))
        return self._shop.request("ProductService.ListProducts", {**filters, "orderBy": rng.choice(_SORTS), "pageSize": rng.choice((10, 20, 50))})

    def see_stock(self) -> Request | None:
        """How many there are, why, or of which there are few."""
        kind, id = self._shop.rng.randrange(3), self._some_id()
        if kind == 2:
            return self._shop.request("StockService.ListStock", {"availableBelow": "100", "pageSize": 20})
        return id and self._shop.request(f"StockService.{('GetStock', 'ListStockMovements')[kind]}", {"productId": id})

    def _adjust(self, id: Ref, change: dict[str, Any], reason: str = "", planned: str = OK) -> Request:
        body = {"productId": id, **change, "reason": reason or self._goods.delivery(), "requestId": self._shop.request_id()}
        return self._shop.request(_ADJUST, body, planned)

    def _change(self, product: _Product, values: dict[str, Any], mask: str = "") -> Request:
        more = {"etag": Ref(product.changed, "etag")} if self._shop.chance(0.5) else {}
        request = self._touch(product, {**values, **more}, mask, OK)
        product.changed = request.number
        return request

    def _touch(self, product: _Product, values: dict[str, Any], mask: str, planned: str) -> Request:
        body: dict[str, Any] = {"product": {"id": product.id, **values}} | ({"updateMask": mask} if mask else {})
        request = self._shop.request(_UPDATE, body, planned, after=[product.touched], needs=[product.changed])
        product.touched = request.number
        return request

    def _some_id(self) -> Ref | None:
        """Of a product that has stock."""
        self._looked_up = [number for number in self._looked_up if self._shop.recent(number)]
        ids = [product.id for product in self._recent() if product.made] + [Ref(number, "id") for number in self._looked_up]
        return self._shop.rng.choice(ids) if ids else None

    def _recent(self) -> list[_Product]:
        self._products = [product for product in self._products if self._shop.recent(product.number)]
        return self._products

    def _any(self, deleted: bool = False, latest: int = 0) -> _Product | None:
        fitting = [product for product in self._recent()[-latest:] if product.deleted == deleted]
        return self._shop.rng.choice(fitting) if fitting else None
