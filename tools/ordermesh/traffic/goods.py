"""Made-up products, in euros like the sample data, so that one order may have both."""

import random
from typing import Any

import faker

# By category: what it has, what that is made of, and the least and the most that it costs in cents.
_CATEGORIES = {
    "Kitchen": (("Casserole", "Colander", "Espresso Pot", "Bread Knife", "Salad Bowl", "Whisk"), ("steel", "cast iron", "beech"), 890, 14_900),
    "Garden": (("Watering Can", "Bird Table", "Secateurs", "Deck Chair", "Cold Frame"), ("zinc", "teak", "steel"), 1290, 22_900),
    "Office": (("Letter Tray", "Desk Pad", "Fountain Pen", "Bookend", "Wall Clock"), ("felt", "oak", "brass"), 390, 17_900),
    "Toys": (("Spinning Top", "Marble Run", "Sailing Boat", "Rag Doll", "Domino Set"), ("beech", "tin", "cotton"), 490, 6_900),
    "Clothing": (("Jumper", "Raincoat", "Apron", "Mittens", "Flat Cap"), ("wool", "linen", "cotton"), 1490, 19_900),
}
_QUALITIES = ("Everyday", "Folding", "Little", "Old-Fashioned", "Family", "Travel", "Winter", "Workshop")


class Goods:
    """They follow from the random numbers alone, and from Faker's lists of names."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._faker = faker.Faker("en_GB")
        self._faker.random = rng

    def product(self) -> dict[str, Any]:
        """A Product as CreateProduct takes it."""
        category = self._rng.choice(list(_CATEGORIES))
        nouns, materials, least, most = _CATEGORIES[category]
        noun, material, colour, brand = self._rng.choice(nouns), self._rng.choice(materials), self._faker.color_name(), self._faker.last_name()
        return {
            "sku": f"{brand[:3].upper()}-{self._rng.getrandbits(40):08X}",
            "name": f"{brand} {self._rng.choice(_QUALITIES)} {noun}",
            "description": f"{noun} of {material}, {colour}. From {brand} of {self._faker.city()}.",
            "category": category,
            "brand": brand,
            "price": euros(self._rng.randrange(least, most, 50)),
            "attributes": {"colour": colour, "material": material, "weight_g": str(self._rng.randrange(50, 9000, 10))},
        }

    def price(self) -> dict[str, Any]:
        return euros(self._rng.randrange(490, 19_900, 50))

    def delivery(self) -> str:
        """Why there is more in stock."""
        return self._rng.choice((f"delivery {self._rng.randint(1000, 9999)}", f"delivery of {self._faker.last_name()} & Co", "returns of this week"))


def euros(cents: int) -> dict[str, Any]:
    """As google.type.Money in JSON."""
    return {"currencyCode": "EUR", "units": str(cents // 100), "nanos": cents % 100 * 10_000_000}
