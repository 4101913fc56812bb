"""`helm upgrade` and `helm rollback` under load, with a migration in between that the running release does not know."""

import psycopg
import pytest

from paced_load import SKUS, PacedLoad

COMPONENTS = ("gateway", "validation", "relay", "notifier", "analytics", "envoy")
# Expands only, as every migration has to: the release that runs goes on with it, and so does the one before.
EXPAND = "SET lock_timeout = '1s'; ALTER TABLE orders.orders ADD COLUMN test_only text DEFAULT 'expanded'"
SHRINK = "SET lock_timeout = '1s'; ALTER TABLE orders.orders DROP COLUMN IF EXISTS test_only"


@pytest.fixture
def owner_of_tables(system):
    """A connection that may change tables. What the test adds is gone afterwards."""
    with psycopg.connect(system.endpoints["postgres"], autocommit=True) as connection:
        yield connection
        connection.execute(SHRINK)


def running(system):
    return {pod["metadata"]["uid"] for component in COMPONENTS for pod in system.namespace.pods(component)}


def test_upgrade_with_a_migration_and_rollback_under_load_fail_no_call(system, mailing, owner_of_tables):
    first = running(system)
    before = mailing.revision()
    with PacedLoad(system, rate=50, skus=SKUS, seed=6) as load:
        owner_of_tables.execute(EXPAND)
        mailing.upgrade(settings=[f"{component}.podAnnotations.upgraded=yes" for component in COMPONENTS])
        upgraded, jobs = running(system), migrations(system)
        assert not upgraded & first, "every pod is of the new revision"
        mailing.rollback(before)
        assert not running(system) & upgraded
    print(f"\n{load.summary()}")
    assert any(name.endswith(f"-{before + 1}") for name in jobs), "each revision migrates"
    assert system.sql("SELECT count(*) FROM orders.orders WHERE test_only = 'expanded'")[0][0] >= len(load.acknowledged)
    assert load.failed == [] and load.kept_of_schedule > 0.95
    load.await_agreement()


def migrations(system):
    """The Jobs that migrated and have succeeded."""
    return [job["metadata"]["name"] for job in system.namespace.get("jobs") if job["status"].get("succeeded")]
