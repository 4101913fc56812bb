"""One order on its whole way, seen from outside: accepted over HTTP, its e-mail delivered, its sale counted.

Nothing but the interfaces of users and operators is used: HTTP through the edge, and the page of the mail sink.
"""

import concurrent.futures
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any, Callable

# An event that a step waits for comes within this time or is taken for lost.
_PATIENCE_S = 15.0


@dataclass
class Step:
    """One thing that was seen, or not. `latency_ms` counts from the order's submission."""

    name: str
    ok: bool
    latency_ms: float
    seen: str


class Unseen(Exception):
    """What a step waited for and did not see; the text says what it saw last."""


class SampleOrder:
    """A random quantity of a random product, for a random customer of the sample data."""

    def __init__(self, http_url: str, operators_url: str, mail_url: str) -> None:
        self._http, self._operators, self._mail = http_url, operators_url, mail_url
        self.sku = f"SKU-{random.randrange(999):04d}"  # SKU-0999 is not for sale
        self.customer = f"CUST-{random.randrange(1000):04d}"
        self.quantity = random.randint(1, 5)
        self._order: dict[str, Any] = {}
        self._units_before = 0
        self._began = 0.0

    def run(self, tell: Callable[[Step], None]) -> list[Step]:
        """Takes the steps one by one until one fails; what follows from the order is awaited together. Each is told as
        it ends, never two at once."""
        steps = []
        for name, take in (
            ("sales before", self._sales_before),
            ("accepted", self._submit),
            ("read back", self._read_back),
        ):
            self._began = self._began if self._order else time.monotonic()
            steps.append(self._take(name, take))
            tell(steps[-1])
            if not steps[-1].ok:
                return steps
        with concurrent.futures.ThreadPoolExecutor() as both:
            effects = [both.submit(self._take, *step) for step in (("e-mail", self._email), ("sales", self._sales_after))]
            for effect in concurrent.futures.as_completed(effects):
                tell(effect.result())
            return steps + [effect.result() for effect in effects]

    def _take(self, name: str, take: Callable[[], str]) -> Step:
        try:
            seen, ok = take(), True
        except Unseen as unseen:
            seen, ok = str(unseen), False
        return Step(name, ok, round((time.monotonic() - self._began) * 1000, 1), seen)

    def _sales_before(self) -> str:
        self._units_before = self._units_sold()
        return f"{self._units_before} of {self.sku} sold so far"

    def _submit(self) -> str:
        body = {"customerId": self.customer, "lines": [{"sku": self.sku, "quantity": self.quantity}]}
        self._order = self._ask("POST", "/v1/orders", body, {"idempotency-key": str(uuid.uuid4())})
        total = self._order["total"]
        amount = f"{int(total['units']) + total['nanos'] / 1e9:.2f} {total['currencyCode']}"
        return f"order {self._order['id']}: {self.quantity} × {self.sku} for {self.customer}, {amount}"

    def _read_back(self) -> str:
        if (stored := self._ask("GET", f"/v1/orders/{self._order['id']}")) != self._order:
            raise Unseen(f"the stored order differs from the answer: {stored}")
        return f"state {self._order['state']}"

    def _email(self) -> str:
        query = urllib.parse.urlencode({"order": self._order["id"]})

        def arrived() -> str | None:
            mails = self._get_json(f"{self._mail}/messages?{query}")
            return f"to {', '.join(mails[0]['to'])}: {mails[0]['subject']}" if mails else None

        return self._wait(arrived, f"no e-mail about order {self._order['id']}")

    def _sales_after(self) -> str:
        expected = self._units_before + self.quantity

        def counted() -> str | None:
            sold = self._units_sold()
            return f"{sold} of {self.sku} sold, {self._units_before} before" if sold >= expected else None

        return self._wait(counted, f"the sales of {self.sku} did not rise from {self._units_before} to {expected}")

    def _units_sold(self) -> int:
        reply = self._get_json(f"{self._operators}/v1/analytics/sales?{urllib.parse.urlencode({'sku': self.sku})}")
        return sum(int(row["units"]) for row in reply["rows"])

    def _wait(self, look: Callable[[], str | None], missing: str) -> str:
        deadline = time.monotonic() + _PATIENCE_S
        while (seen := look()) is None:
            if time.monotonic() > deadline:
                raise Unseen(f"{missing} within {_PATIENCE_S:.0f} s")
            time.sleep(0.01)
        return seen

    def _ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json", **(headers or {})}
        return self._get_json(urllib.request.Request(self._http + path, data, headers, method=method))

    @staticmethod
    def _get_json(request: Any) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise Unseen(f"HTTP {refusal.code}: {refusal.read().decode(errors='replace')[:500]}") from refusal
        except (OSError, ValueError) as error:
            raise Unseen(f"no answer: {error}") from error
