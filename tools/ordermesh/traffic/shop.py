"""What the parts of a plan share: its random numbers, who buys, what is sold, and how a request comes into being."""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .people import People
from .request import HORIZON, OK, Ref, Request, references

# The sample data of ordermesh-migrate; its last product is not for sale.
_SAMPLES = 1000
NOT_FOR_SALE = f"SKU-{_SAMPLES - 1:04}"
# What was made is used only so many requests later: the validators learn of it within a second.
_RIPE = 50


@dataclass
class Made:
    """A customer or product of the plan's own; `key` is what orders call it by, `number` the request since which they may."""

    number: int
    key: Ref
    used: list[int] = field(default_factory=list)
    """The requests that name it."""


class Shop:
    """Changes with each draw; the same seed gives the same shop."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people = People(self.rng)
        self.number = 0
        """Of the request that is being made."""
        self.customers: list[Made] = []
        self.products: list[Made] = []
        # Some are asked for more than others.
        self._sample_skus = self._ranked("SKU", _SAMPLES - 1)
        self._sample_customers = self._ranked("CUST", _SAMPLES)

    def request(self, rpc: str, body: dict[str, Any], planned: str = OK, after: Iterable[int] = (), needs: Iterable[int] = (),
                repeats: int | None = None) -> Request:  # fmt: skip
        """The next one. It needs what its body refers to."""
        needed = {*needs, *(ref.request for ref in references(body))}
        return Request(self.number, rpc, body, planned, tuple(sorted({*after} - needed)), tuple(sorted(needed)), repeats)

    def lately(self, made: Made) -> list[int]:
        """The requests that name it, as far as another may come after them."""
        return [*filter(self.recent, made.used)]

    def request_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def recent(self, number: int) -> bool:
        """Whether a request may refer to that one."""
        return number > self.number - HORIZON

    def customer(self) -> str | Ref:
        return self._own(self.customers, 0.3) or self._sample(self._sample_customers)

    def skus(self, count: int) -> list[str | Ref]:
        """Of different products."""
        found: list[str | Ref] = []
        while len(found) < count:
            sku = self._own(self.products, 0.2) or self._sample(self._sample_skus)
            if sku not in found:
                found.append(sku)
        return found

    def sample_sku(self) -> str:
        return self._sample(self._sample_skus)

    def _own(self, made: list[Made], probability: float) -> Ref | None:
        # Not older than half of the horizon, since an order may be sent again, with whom and what it names.
        ripe = [one for one in made if one.number <= self.number - _RIPE and one.key.request > self.number - HORIZON // 2]
        if not ripe or not self.chance(probability):
            return None
        chosen = self.rng.choice(ripe)
        chosen.used = [*filter(self.recent, chosen.used), self.number]
        return chosen.key

    def _ranked(self, prefix: str, count: int) -> list[str]:
        return [f"{prefix}-{index:04}" for index in self.rng.sample(range(count), count)]

    def _sample(self, ranked: list[str]) -> str:
        return ranked[int(len(ranked) * self.rng.random() ** 2.5)]
