"""Asserts on the live servers that what is acknowledged survives: figures of a system that forgets would mean nothing."""

import struct
import sys
from pathlib import Path

from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from system import System

_TOPIC = "orders.events"
_QUEUE = "notifications"


def check_durability(system: System) -> None:
    """Prints what was found; ends the program when it is not enough."""
    found = [*_postgres(system), *_kafka(system), *_rabbitmq(system)]
    print("durability, from the live servers")
    for ok, text in found:
        print(f"  {'✓' if ok else '✗'} {text}")
    if not all(ok for ok, _ in found):
        sys.exit("tools/bench/bench: not durable; nothing was measured")


def _postgres(system: System):
    for role in ("postgres", *(f"ordermesh_{name}" for name in system.services())):
        with system.database(role) as database:
            for setting in ("synchronous_commit", "fsync", "full_page_writes"):
                value = database.execute(f"SHOW {setting}").fetchone()[0]
                if role == "postgres" or value != "on":
                    yield value == "on", f"PostgreSQL, {role}: {setting} = {value}"
    with system.database() as database:
        weak = "SELECT count(*) FROM pg_class WHERE relpersistence <> 'p' AND relnamespace::regnamespace::text IN " \
               "('orders', 'catalog', 'notifications', 'analytics') AND relkind = 'r'"  # fmt: skip
        count = database.execute(weak).fetchone()[0]
        yield count == 0, f"PostgreSQL: {count} unlogged tables"


def _kafka(system: System):
    brokers = system.servers["kafka"]["url"]
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 3})
    topic = admin.list_topics(_TOPIC, timeout=10).topics[_TOPIC]
    replicas = min(len(partition.replicas) for partition in topic.partitions.values())
    resource = ConfigResource(ResourceType.TOPIC, _TOPIC)
    config = admin.describe_configs([resource])[resource].result(10)
    in_sync = int(config["min.insync.replicas"].value)
    wanted = 2 if replicas >= 3 else 1
    yield len(topic.partitions) == 3, f"Kafka: {_TOPIC} has {len(topic.partitions)} partitions of {replicas} replicas"
    yield in_sync >= wanted, f"Kafka: min.insync.replicas = {in_sync}"
    unclean = config["unclean.leader.election.enable"].value
    yield unclean == "false", f"Kafka: unclean.leader.election.enable = {unclean}"
    batches, idempotent = _producers(system)
    # Only acks=all allows an idempotent producer, and the broker keeps its id with every batch.
    yield 0 < idempotent == batches, f"Kafka: {idempotent} of {batches} batches by an idempotent producer (acks=all)"


def _producers(system: System) -> tuple[int, int]:
    """Batches on the disk of the topic's partitions, and those with a producer id."""
    batches = idempotent = 0
    for log in Path(system.stack.directory).glob(f"kafka/data/{_TOPIC}-*/*.log"):
        data = log.read_bytes()
        at = 0
        while at + 61 <= len(data):
            (length,) = struct.unpack_from(">i", data, at + 8)
            (producer,) = struct.unpack_from(">q", data, at + 43)
            if length <= 0:
                break
            batches += 1
            idempotent += producer >= 0
            at += 12 + length
    return batches, idempotent


def _rabbitmq(system: System):
    rows = system.rabbitmqctl("list_queues", "--no-table-headers", "name", "type", "durable").splitlines()
    queues = {row.split("\t")[0]: row.split("\t")[1:] for row in rows if row}
    kind, durable = queues.get(_QUEUE, ("missing", "false"))
    # A quorum queue keeps every message on the disk, whatever its delivery mode says.
    yield kind == "quorum", f"RabbitMQ: {_QUEUE} is of type {kind}"
    yield durable == "true", f"RabbitMQ: {_QUEUE} durable = {durable}"
