"""`helm upgrade` to a release with another migration, and `helm rollback`, under load."""

from ordermesh import service_table
from paced_load import SKUS, PacedLoad

COMPONENTS = (*service_table.NAMES, "envoy")
# The image of tests/cluster/next for our programs; the edge has no newer one, but is replaced as it would be.
NEXT = ("images.ordermesh.tag=next-test", "envoy.podAnnotations.release=next")
MIGRATION = "orders/0999_test_only"


def running(system):
    return {pod["metadata"]["uid"] for component in COMPONENTS for pod in system.namespace.pods(component)}


def applied(system):
    return [name for (name,) in system.sql("SELECT name FROM ordermesh.migrations")]


def test_upgrade_with_a_migration_and_rollback_under_load_fail_no_call(system, mailing):
    first, before = running(system), mailing.revision()
    assert MIGRATION not in applied(system)
    with PacedLoad(system, rate=50, skus=SKUS, seed=6) as load:
        mailing.upgrade(settings=NEXT)
        upgraded, jobs = running(system), migrations(system)
        assert not upgraded & first, "every pod is of the new revision"
        assert MIGRATION in applied(system)
        mailing.rollback(before)
        assert not running(system) & upgraded
    print(f"\n{load.summary()}")
    assert any(f"-migrate-{before + 1}-" in name for name in jobs), "each revision migrates"
    assert system.sql("SELECT count(*) FROM orders.orders WHERE test_only = 'expanded'")[0][0] >= len(load.acknowledged)
    assert load.failed == [] and load.kept_of_schedule > 0.95
    load.await_agreement()


def migrations(system):
    """The Jobs that migrated and have succeeded."""
    return [job["metadata"]["name"] for job in system.namespace.get("jobs") if job["status"].get("succeeded")]
