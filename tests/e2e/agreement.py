"""Waits until everything that a running system says of itself agrees."""

import checker
from system import eventually


def agree(system, acknowledged=(), within=60):
    """`acknowledged`: ids of orders that a client was told are accepted."""
    channels = len(system.endpoints.get("channels", ["email"]))

    def disagreements():
        taken = checker.load(system.endpoints["postgres"], system.endpoints["kafka"], system.protos.events.OrderEvent)
        return checker.violations(taken, acknowledged, channels)

    eventually(disagreements, lambda found: not found, within=within, what="agreement")
