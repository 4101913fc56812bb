"""The currencies that prices may be said in are those of ISO 4217, as a package of its data has them."""

import pathlib
import re
import xml.etree.ElementTree

import iso4217

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "libs" / "domain" / "currencies.cc"
# As the source says: units that no price is said in, since they have no smaller one.
WITHOUT_MINOR_UNIT = set("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split())


def ours():
    """The lists of the source: their names and codes."""
    return {
        name: re.findall(r'"([A-Z]{3})"', codes)
        for name, codes in re.findall(r"absl::string_view k(\w+)\[\] = \{(.*?)\};", SOURCE.read_text(), re.DOTALL)
    }


def standard():
    """The package's table: date, and the minor unit's digits of each code; None where it has none."""
    root = xml.etree.ElementTree.fromstring(pathlib.Path(iso4217.__file__).with_name("table.xml").read_bytes())
    rows = ((entry.findtext("Ccy"), entry.findtext("CcyMnrUnts")) for entry in root.iter("CcyNtry"))
    return root.get("Pblshd"), {code: int(digits) if digits.isdigit() else None for code, digits in rows if code}


def test_every_code_of_the_standard_is_known_with_its_digits():
    _, codes = standard()
    lists = ours()
    assert set(lists) == {"NoDigits", "TwoDigits", "ThreeDigits", "FourDigits", "Withdrawn"}
    digits = {"NoDigits": 0, "TwoDigits": 2, "ThreeDigits": 3, "FourDigits": 4}
    known = {code: digits[name] for name in digits for code in lists[name]}
    assert known == {code: digits for code, digits in codes.items() if digits is not None}
    assert {code for code, digits in codes.items() if digits is None} == WITHOUT_MINOR_UNIT


def test_a_withdrawn_code_is_not_one_of_the_standard():
    assert not set(ours()["Withdrawn"]) & set(standard()[1])


def test_the_source_says_of_which_date_it_is():
    assert f"as published on {standard()[0]}" in re.sub(r"\s+//\s+", " ", SOURCE.read_text())
