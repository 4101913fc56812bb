"""Waits until everything that a running system says of itself agrees."""

import checker
from system import eventually


def agree(system, acknowledged=(), within=60, passing=()):
    """`acknowledged`: ids of orders that a client was told are accepted. `passing`: exceptions that may come and go
    meanwhile; one that stays fails it."""
    channels = len(system.endpoints.get("channels", ["email"]))

    def disagreements():
        try:
            taken = checker.load(system.endpoints["postgres"], system.endpoints["kafka"], system.protos.events.OrderEvent)
        except passing as error:
            return [f"{type(error).__name__}: {error}"]
        return checker.violations(taken, acknowledged, channels)[:20]

    eventually(disagreements, lambda found: not found, within=within, what="agreement")
