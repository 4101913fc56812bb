"""The page of the API in a real browser: an order is placed from it, and what it offers to send is taken."""

import json
import os
import re
from pathlib import Path

import pytest

from browser import Browser
from cases import camel, filled
from ordermesh import openapi
from worlds import ours

# What Swagger UI calls the pieces of POST /v1/orders.
_BLOCK = "#operations-OrderService-OrderService_CreateOrder"
_FILL = """(() => {
  const box = document.querySelector(%s);
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, %s);
  box.dispatchEvent(new Event('input', {bubbles: true}));
  return true;
})()"""


def place_order_from_page(url: str, body: dict) -> tuple[str, dict]:
    """Opens the page, fills in the order, presses Execute; the status and body that the page shows."""
    with Browser() as browser:
        browser.open(f"{url}/docs/")
        browser.wait(f"document.querySelector('{_BLOCK} .opblock-summary')")
        browser.run(f"document.querySelector('{_BLOCK} .opblock-summary-control').click()")
        browser.wait(f"document.querySelector('{_BLOCK} textarea.body-param__text')")
        browser.run(_FILL % (json.dumps(f"{_BLOCK} textarea.body-param__text"), json.dumps(json.dumps(body))))
        browser.run(f"document.querySelector('{_BLOCK} button.execute').click()")
        live = f"{_BLOCK} .live-responses-table"
        browser.wait(f"document.querySelector('{live} tbody tr.response .response-col_status')")
        status = browser.run(f"document.querySelector('{live} tbody tr.response .response-col_status').textContent.trim()")
        shown = browser.run(f"document.querySelector('{live} tbody tr.response .response-col_description .highlight-code').textContent")
        if "ORDERMESH_SCREENSHOTS" in os.environ:
            browser.run(f"document.querySelector('{_BLOCK}').scrollIntoView()")
            browser.screenshot(Path(os.environ["ORDERMESH_SCREENSHOTS"]) / "docs.png")
        assert browser.failures == []
        return status, json.loads(shown[shown.index("{") : shown.rindex("}") + 1])


ORDER = {"customerId": "CUST-0007", "lines": [{"sku": "SKU-0042", "quantity": 2}]}


def test_an_order_is_placed_from_the_page(edge, backend):
    backend.answer = lambda name, request: request["order"] | {"id": "from-the-page"}
    status, shown = place_order_from_page(f"http://{edge.host}:{edge.port}", ORDER)
    assert (status, shown["id"]) == ("200", "from-the-page")
    assert backend.calls[0].request["order"] == ORDER


def offered(url: str, operation: str) -> str:
    """The body that the page would send for this operation when nobody touches it."""
    block = f"[id^='operations-'][id$='-{operation}']"
    with Browser() as browser:
        browser.open(f"{url}/docs/")
        browser.wait(f"document.querySelector(\"{block} .opblock-summary-control\")")
        browser.run(f"document.querySelector(\"{block} .opblock-summary-control\").click()")
        box = f"document.querySelector(\"{block} textarea.body-param__text\")"
        browser.wait(f"{box} && {box}.value")
        return browser.run(f"{box}.value")


@pytest.mark.parametrize(("name", "document"), [("edge", openapi.PUBLIC), ("operators", openapi.OPERATORS)])
def test_what_the_page_offers_to_send_is_taken(request, backend, name, document):
    face = request.getfixturevalue(name)
    described = json.loads(document.target.read_text())
    bodies = [(path, verb, operation) for path, methods in described["paths"].items() for verb, operation in methods.items()
              if "requestBody" in operation]  # fmt: skip
    assert len(bodies) >= 2
    rules = {(camel(rule.path), rule.verb.lower()): rule for call in ours().calls for rule in call.rpc.rules}
    for path, verb, operation in bodies:
        body = offered(f"http://{face.host}:{face.port}", operation["operationId"])
        answer = face.request(verb.upper(), filled(path), body.encode())
        assert answer.status == 200, (path, body, answer)
        seen = backend.calls.pop().request
        whole = rules[path, verb].body == "*"
        sent = seen if whole else seen[camel(rules[path, verb].body)]
        in_path = re.findall(r"\{([\w.]+)\}", path)
        for field in in_path:
            assert (sent if "." in field else seen).pop(field.rpartition(".")[2]) == "x"
        assert sent == json.loads(body)
        if whole and not operation["requestBody"].get("required", True):
            assert face.request(verb.upper(), filled(path)).status == 200
            assert backend.calls.pop().request == dict.fromkeys(in_path, "x")


def test_no_body_repeats_what_stands_in_the_path():
    for document in openapi.FACES:
        described = json.loads(document.target.read_text())
        for path, methods in described["paths"].items():
            for operation in methods.values():
                if "requestBody" in operation:
                    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                    fields = described["components"]["schemas"][schema]["properties"].keys()
                    assert not fields & set(re.findall(r"\{(\w+)\}", path)), path
