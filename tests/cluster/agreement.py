"""Database, Kafka, notifications, rollups and stock agree after a load: the checker of the end-to-end tests."""

import psycopg

import checker
from system import eventually

SKUS = [f"SKU-{number:04}" for number in range(200, 400)]


def await_agreement(system, load, within_s=180):
    """Fails with what does not agree by then, or with an order that was acknowledged and isn't everywhere."""
    acknowledged = load.acknowledged

    def violations():
        try:
            snapshot = checker.load(system.endpoints["postgres"], system.endpoints["kafka"], system.protos.events.OrderEvent)
        except psycopg.OperationalError as error:
            return [f"the database: {error}"]  # the port-forward to a pod that has been replaced fails once
        return checker.violations(snapshot, acknowledged, channels=len(system.endpoints["channels"]))[:20]

    eventually(violations, lambda found: not found, within=within_s, what="agreement")
