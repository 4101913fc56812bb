"""Made-up people of several countries, and what they write to a shop. Their mail goes nowhere: example.com, .net and .org are reserved."""

import random
import unicodedata
from dataclasses import dataclass

import faker

_LOCALES = ("en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "pt_PT", "sv_SE", "da_DK", "cs_CZ", "tr_TR")
_DOMAINS = ("example.com", "example.net", "example.org")
# Letters that don't come apart into a Latin letter and its mark.
_PLAIN = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "ı": "i", "đ": "d", "Đ": "D"})
_NOTES = (
    "Please ring at {name}; the bell below is out of order.",
    "A present for {first_name}: no invoice in the parcel, please.",
    "Leave it with {name} next door if nobody opens.",
    "Happy birthday, {first_name}!",
    "Our order number is {number}; please print it on the invoice.",
    "Deliver to {street}, not to the address of last time.",
    "Before {weekday}, if you can. Thank you!",
    "Second floor; the lift fits two people and no sofa.",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@dataclass(frozen=True)
class Person:
    name: str
    email: str


class People:
    """They follow from the random numbers alone, and from Faker's lists of names, which may change with its version."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._fakers = [faker.Faker(locale) for locale in _LOCALES]
        for fake in self._fakers:
            fake.random = rng

    def person(self) -> Person:
        fake = self._rng.choice(self._fakers)
        first, last = fake.first_name(), fake.last_name()
        local = f"{_plain(first)}.{_plain(last)}{self._rng.choice(('', '', self._rng.randint(2, 99)))}"
        return Person(f"{first} {last}", f"{local}@{self._rng.choice(_DOMAINS)}")

    def note(self) -> str:
        fake = self._rng.choice(self._fakers)
        first = fake.first_name()
        return self._rng.choice(_NOTES).format(
            name=f"{first} {fake.last_name()}", first_name=first, street=fake.street_address().replace("\n", ", "),
            number=self._rng.randint(100_000, 999_999), weekday=self._rng.choice(_WEEKDAYS))  # fmt: skip


def _plain(name: str) -> str:
    """Its letters as an e-mail address has them."""
    parts = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(letter for letter in parts if letter.isascii() and letter.isalnum()).lower()
