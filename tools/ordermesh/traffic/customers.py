"""The customers' part of a plan: who is new, who moves, who leaves, and looking them up."""

from dataclasses import dataclass
from typing import Any

from .request import OK, Ref, Request
from .shop import Made, Shop

_CREATE, _UPDATE = "CustomerService.CreateCustomer", "CustomerService.UpdateCustomer"


@dataclass
class _Customer:
    """A customer of the plan's own; `made.number` is the request that created it, `changed` the last that gave it another etag."""

    made: Made
    body: dict[str, Any]
    changed: int
    touched: int
    deleted: bool = False


class Customers:
    """Each method makes a request, or gives None where there is no customer that it could be about."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._customers: list[_Customer] = []

    def add(self) -> Request:
        number, person = self._shop.number, self._shop.people.person()
        body = {"customer": {"name": person.name, "email": person.email}, "requestId": self._shop.request_id()}
        if self._shop.chance(0.2):
            body["customer"]["orderUpdates"] = False
        made = Made(number, Ref(number, "id"))
        self._customers.append(_Customer(made, body, number, number))
        self._shop.customers.append(made)
        return self._shop.request(_CREATE, body)

    def add_again(self) -> Request | None:
        customer = self._any(latest=3)
        return customer and self._shop.request(_CREATE, customer.body, repeats=customer.made.number)

    def add_wrongly(self) -> Request:
        person, kind = self._shop.people.person(), self._shop.rng.randrange(3)
        customer, reason = {"name": person.name, "email": person.email}, "CUSTOMER_INVALID"
        if kind == 0:
            customer["email"] = person.email.replace("@", " at ")
        elif kind == 1:
            customer["name"] = ""
        else:
            customer["id"], reason = "CUST-0001", "CUSTOMER_ID_TAKEN"
        return self._shop.request(_CREATE, {"customer": customer, "requestId": self._shop.request_id()}, reason)

    def change(self) -> Request | None:
        """Another name or address, or fewer mails."""
        if (customer := self._any()) is None:
            return None
        person = self._shop.people.person()
        field, value = self._shop.rng.choice((("email", person.email), ("name", person.name), ("orderUpdates", self._shop.chance(0.5))))
        more = {"etag": Ref(customer.changed, "etag")} if self._shop.chance(0.5) else {}
        request = self._touch(customer, {field: value, **more}, field, OK)
        customer.changed = request.number
        return request

    def change_wrongly(self) -> Request | None:
        kind = self._shop.rng.randrange(3)
        if kind == 0:
            return self._shop.request(_UPDATE, {"customer": {"id": "nobody", "name": "Nobody"}, "updateMask": "name"}, "CUSTOMER_NOT_FOUND")
        if (customer := self._any(deleted=kind == 1)) is None:
            return None
        if kind == 1:
            return self._touch(customer, {"name": "Somebody"}, "name", "CUSTOMER_DELETED")
        return self._touch(customer, {"createTime": "2026-01-01T00:00:00Z"}, "createTime", "UPDATE_MASK_INVALID")

    def delete(self) -> Request | None:
        """After all orders of theirs, so that none of them comes too late."""
        if (customer := self._any()) is None:
            return None
        self._shop.customers.remove(customer.made)
        request = self._shop.request("CustomerService.DeleteCustomer", {"id": customer.made.key},
                                     after=[customer.touched, *self._shop.lately(customer.made)], needs=[customer.changed])  # fmt: skip
        customer.deleted, customer.changed, customer.touched = True, request.number, request.number
        return request

    def look_up(self) -> Request:
        return self._shop.request("CustomerService.GetCustomer", {"id": self._shop.customer()})

    def search(self) -> Request:
        """By how the name begins, or by address."""
        person = self._shop.people.person()
        filters = self._shop.rng.choice(({"namePrefix": person.name[:2]}, {"email": person.email}, {"active": True}))
        return self._shop.request("CustomerService.ListCustomers", {**filters, "pageSize": 20})

    def _touch(self, customer: _Customer, values: dict[str, Any], mask: str, planned: str) -> Request:
        request = self._shop.request(_UPDATE, {"customer": {"id": customer.made.key, **values}, "updateMask": mask}, planned,
                                     after=[customer.touched], needs=[customer.changed])  # fmt: skip
        customer.touched = request.number
        return request

    def _any(self, deleted: bool = False, latest: int = 0) -> _Customer | None:
        self._customers = [customer for customer in self._customers if self._shop.recent(customer.made.number)]
        fitting = [customer for customer in self._customers[-latest:] if customer.deleted == deleted]
        return self._shop.rng.choice(fitting) if fitting else None
