"""Every text that a request carries has a limit, which its comment says."""

import pathlib
import re

import pytest

PROTOS = pathlib.Path(__file__).resolve().parents[2] / "protos" / "ordermesh"
# What requests are made of beside messages that are called so.
PARTS = {"Order", "OrderLine", "Contact"}
LIMIT = re.compile(
    r"at most [\d,]+ (?:bytes|characters)|\(UUID\)|UUIDv7 in its canonical form|\d+ to \d+ visible ASCII characters"
    r"|Ignored in requests"
)


def texts_of_requests():
    """(message.field, comment) of each string that a request may carry."""
    for path in sorted(PROTOS.glob("*/v1/*.proto")):
        for message, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", path.read_text(), re.DOTALL | re.MULTILINE):
            if not (message.endswith("Request") or message in PARTS):
                continue
            for comment, field in re.findall(r"((?:^  //[^\n]*\n)+)^  (?:repeated )?string (\w+) =", body, re.MULTILINE):
                yield f"{message}.{field}", re.sub(r"\s*\n\s*//", "", comment)


TEXTS = dict(texts_of_requests())


def test_it_finds_them():
    assert {"Order.note", "Contact.email", "ListOrdersRequest.page_token", "QuerySalesRequest.sku", "OrderLine.sku"} <= set(TEXTS)
    strings = sum(
        len(re.findall(r"^  (?:repeated )?string \w+ =", body, re.MULTILINE))
        for path in PROTOS.glob("*/v1/*.proto")
        for message, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", path.read_text(), re.DOTALL | re.MULTILINE)
        if message.endswith("Request") or message in PARTS
    )
    assert len(TEXTS) == strings


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_its_comment_says_how_long_it_may_be(text):
    assert LIMIT.search(TEXTS[text]), TEXTS[text]
