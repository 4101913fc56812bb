"""Orders that are refused, each with the reason that docs/errors.md has for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .shop import NOT_FOR_SALE, Shop

INVALID, REFUSED, BAD_REQUEST_ID = "ORDER_INVALID", "ORDER_REFUSED", "REQUEST_ID_MALFORMED"


@dataclass(frozen=True)
class Mistake:
    """`make` turns a good CreateOrderRequest into one that is refused with `reason`."""

    reason: str
    make: Callable[[dict[str, Any], Shop], None]


def _no_customer(request: dict[str, Any], _: Shop) -> None:
    del request["order"]["customerId"]


def _unknown_customer(request: dict[str, Any], shop: Shop) -> None:
    request["order"]["customerId"] = f"CUST-{shop.rng.randint(0, 99):02}x{shop.rng.randint(0, 9)}"


def _no_lines(request: dict[str, Any], _: Shop) -> None:
    request["order"]["lines"] = []


def _quantity_out_of_range(request: dict[str, Any], shop: Shop) -> None:
    shop.rng.choice(request["order"]["lines"])["quantity"] = shop.rng.choice((0, -1, 1000, 20_000))


def _same_product_twice(request: dict[str, Any], _: Shop) -> None:
    lines = request["order"]["lines"]
    lines.append({**lines[0], "quantity": 1})


def _malformed_email(request: dict[str, Any], shop: Shop) -> None:
    email = shop.people.person().email
    request["order"]["contact"] = {"email": shop.rng.choice((email.replace("@", " at "), email.replace("@", "@@"), email.split(".")[0]))}


def _long_note(request: dict[str, Any], shop: Shop) -> None:
    request["order"]["note"] = f"{shop.people.note()} " * 100


def _price_of_the_customers_own(request: dict[str, Any], _: Shop) -> None:
    request["order"]["lines"][0]["unitPrice"] = {"currencyCode": "EUR", "units": "1"}


def _unknown_product(request: dict[str, Any], shop: Shop) -> None:
    request["order"]["lines"][0]["sku"] = f"SKU-{shop.rng.randint(10_000, 99_999)}-{shop.rng.choice('abc')}"


def _not_for_sale(request: dict[str, Any], _: Shop) -> None:
    request["order"]["lines"][0]["sku"] = NOT_FOR_SALE


def _blank_in_request_id(request: dict[str, Any], shop: Shop) -> None:
    request["requestId"] = f"order {shop.rng.randint(1, 9999)}"


MISTAKES = (
    Mistake(INVALID, _no_customer),
    Mistake(INVALID, _unknown_customer),
    Mistake(INVALID, _no_lines),
    Mistake(INVALID, _quantity_out_of_range),
    Mistake(INVALID, _same_product_twice),
    Mistake(INVALID, _malformed_email),
    Mistake(INVALID, _long_note),
    Mistake(INVALID, _price_of_the_customers_own),
    Mistake(REFUSED, _unknown_product),
    Mistake(REFUSED, _not_for_sale),
    Mistake(BAD_REQUEST_ID, _blank_in_request_id),
)
