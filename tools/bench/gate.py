"""What has to hold, and whether it did."""


class Gate:
    def __init__(self) -> None:
        self._lines: list[tuple[bool, str]] = []

    def at_most(self, what: str, value: float, limit: float) -> float:
        self._lines.append((value <= limit, f"{what}: {value:.2f}, at most {limit}"))
        return value

    def equal(self, what: str, value: float, wanted: float) -> None:
        self._lines.append((value == wanted, f"{what}: {value} of {wanted}"))

    def fail(self, what: str) -> None:
        self._lines.append((False, what))

    def verdict(self, judged: bool) -> int:
        """Prints every line; 0 when all hold."""
        print("\ngate" if judged else "")
        for ok, text in self._lines:
            print(f"  {'✓' if ok else '✗'} {text}")
        return 0 if all(ok for ok, _ in self._lines) else 1
