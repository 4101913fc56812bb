"""The page of the API in a real browser: an order is placed from it."""

import json
import os
from pathlib import Path

from browser import Browser

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


def test_the_whole_system_takes_an_order_from_the_page(system):
    status, shown = place_order_from_page(system.endpoints["http"], ORDER)
    assert (status, shown["customerId"]) == ("200", "CUST-0007")
    assert system.sql("SELECT customer_id FROM orders.orders WHERE id = %s", shown["id"]) == [("CUST-0007",)]
