"""ordermesh-analytics as a process, and the real stores around it."""

import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

import grpc
import psycopg
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY / "tests" / "e2e"))

import stubs  # noqa: E402
from ordermesh.stack import Stack  # noqa: E402
from system import parse_metrics  # noqa: E402

TOPIC = "orders.events"
PROGRAMS = pathlib.Path(os.environ.get("ORDERMESH_BUILD", REPOSITORY / "build" / "release")) / "bin"
BINARY = PROGRAMS / "ordermesh-analytics"


def migrate(where: dict[str, str]) -> None:
    owner = where["DATABASE_URL"].replace("postgres@", "ordermesh_owner@")
    urls = [f"--database_url={owner}", f"--amqp_url={where['AMQP_URL']}", f"--kafka_brokers={where['KAFKA_BROKERS']}"]
    subprocess.run([PROGRAMS / "ordermesh-migrate", *urls], check=True)


class World:
    """The stores, and the processes that a test starts."""

    def __init__(self, stack: Stack, folder: pathlib.Path) -> None:
        self.stack = stack
        self._folder = folder
        servers = stack.describe()["servers"]
        self.brokers = servers["kafka"]["url"]
        self.database = f"127.0.0.1:{servers['postgres']['port']}/ordermesh"
        self.admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        self._running: list[subprocess.Popen] = []

    def start(self, ready: bool = True, **environment: str) -> "Analytics":
        """`ready`: waits until it serves; before that SIGTERM ends it as a signal does, and it has no metrics."""
        process = Analytics(self.database, self.brokers, self._folder / f"log{len(self._running)}", environment)
        self._running.append(process.process)
        if ready:
            process.wait_ready()
        return process

    def stop_all(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
                process.wait()

    def query(self, statement: str):
        with psycopg.connect(f"postgres://postgres@{self.database}") as database:
            return database.execute(statement).fetchone()

    def rows(self, statement: str) -> list:
        with psycopg.connect(f"postgres://postgres@{self.database}") as database:
            return database.execute(statement).fetchall()

    def ends(self, partitions: int = 3) -> dict[int, int]:
        asked = self.admin.list_offsets({TopicPartition(TOPIC, number): OffsetSpec.latest() for number in range(partitions)})
        return {partition.partition: future.result(60).offset for partition, future in asked.items()}

    def total_end(self) -> int:
        return sum(self.ends().values())

    def forget_everything(self) -> None:
        """Empty figures, and everything that the topic holds passed by."""
        self.execute("TRUNCATE analytics.offsets, analytics.seen_events, analytics.sales, analytics.order_totals, "
                     "orders.orders, orders.lines, orders.outbox")  # fmt: skip
        for number, end in self.ends().items():
            self.execute(f"INSERT INTO analytics.offsets (topic, partition, next_offset) VALUES ('{TOPIC}', {number}, {end})")

    def execute(self, statement: str) -> None:
        with psycopg.connect(f"postgres://postgres@{self.database}", autocommit=True) as database:
            database.execute(statement)

    def totals(self) -> tuple[int, int, int]:
        columns = "coalesce(sum(orders), 0)::bigint, coalesce(sum(units), 0)::bigint, coalesce(sum(revenue_minor), 0)::bigint"
        return self.query(f"SELECT {columns} FROM analytics.order_totals")

    def delete_topic(self) -> None:
        for future in self.admin.delete_topics([TOPIC]).values():
            future.result(30)
        wait_for("the topic gone", lambda: TOPIC not in self.admin.list_topics(timeout=5).topics)

    def create_topic(self, partitions: int) -> None:
        """Until each partition has a leader, which Kafka gives them a moment later."""

        def created() -> bool:
            try:
                self.admin.create_topics([NewTopic(TOPIC, partitions, 1)])[TOPIC].result(30)
            except Exception:  # noqa: BLE001 - the old one may not be gone everywhere yet
                return False
            return True

        def led() -> bool:
            try:
                self.ends(partitions)
            except KafkaException:
                return False
            return True

        wait_for("the topic made", created)
        wait_for("its leaders", led)

    def publish(self, orders: int) -> tuple[int, int, int]:
        """Accepted orders of one line of two pieces; returns what they add to the totals."""
        self.publish_events([str(uuid.uuid4()) for _ in range(orders)])
        return orders, 2 * orders, 500 * orders

    def publish_events(self, ids: list[str]) -> None:
        producer = Producer({"bootstrap.servers": self.brokers, "acks": "all", "log_level": 0})
        for event in ids:
            order = str(uuid.uuid4())
            headers = {
                "ce_specversion": "1.0", "ce_id": event, "ce_type": "ordermesh.order.accepted.v1",
                "ce_source": "/ordermesh/orders", "ce_subject": order, "ce_time": "2026-03-01T14:00:00Z",
            }  # fmt: skip
            producer.produce(TOPIC, key=order, value=_accepted(order), headers=headers)
        assert producer.flush(30) == 0

    def committed(self) -> int:
        """Records that the group has told the broker of."""
        reader = Consumer({"bootstrap.servers": self.brokers, "group.id": "analytics"})
        partitions = [TopicPartition(TOPIC, number) for number in range(3)]
        try:
            return sum(max(partition.offset, 0) for partition in reader.committed(partitions, timeout=10))
        finally:
            reader.close()


def _accepted(order: str) -> bytes:
    events = stubs.load().events
    event = events.OrderEvent(order_id=order, order_version=1, customer_id="CUST-0001", state=1)
    line = event.lines.add(product_id=str(uuid.UUID(int=7)), sku="SKU-0007", name="A product", quantity=2)
    line.unit_price.currency_code = "EUR"
    line.unit_price.units, line.unit_price.nanos = 2, 500_000_000
    event.total.currency_code, event.total.units = "EUR", 5
    event.accept_time.FromDatetime(datetime.datetime(2026, 3, 1, 14, 0))
    return event.SerializeToString()


class Analytics:
    """One process."""

    def __init__(self, database: str, brokers: str, log: pathlib.Path, environment: dict[str, str]) -> None:
        with socket.socket() as grpc, socket.socket() as ops:
            grpc.bind(("127.0.0.1", 0))
            ops.bind(("127.0.0.1", 0))
            self._grpc, self._ops = grpc.getsockname()[1], ops.getsockname()[1]
        self._log = log
        command = [
            BINARY, f"--listen=127.0.0.1:{self._grpc}", f"--ops_listen=127.0.0.1:{self._ops}", "--drain_delay_ms=0",
            f"--database_url=postgres://ordermesh_analytics@{database}", f"--kafka_brokers={brokers}",
            "--session_timeout_ms=6000", "--gather_ms=5",
        ]  # fmt: skip
        with open(log, "wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **environment})

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._ops}{path}", timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def wait_ready(self) -> None:
        """Until it has all that it needs."""
        wait_for("readiness", lambda: '"failing":[]' in self.get("/readyz")[1], lambda: self.get("/readyz")[1] + self.log())

    def groups(self) -> dict[str, str]:
        """What its readiness says of each group of calls."""
        return json.loads(self.get("/readyz")[1])["groups"]

    def orders_sold(self) -> int:
        """As QuerySales answers it, of the day on which all orders of these tests were accepted."""
        protos = stubs.load()
        request = protos.analytics.QuerySalesRequest()
        request.start_time.FromDatetime(datetime.datetime(2026, 3, 1))
        request.end_time.FromDatetime(datetime.datetime(2026, 3, 2))
        with grpc.insecure_channel(f"127.0.0.1:{self._grpc}") as channel:
            answer = protos.analytics_grpc.AnalyticsServiceStub(channel).QuerySales(request, timeout=5)
        return sum(row.orders for row in answer.rows)

    def wait_not_ready(self, *names: str, seconds: float = 20) -> None:
        """Until /readyz names what is missing."""

        def named() -> bool:
            status, text = self.get("/readyz")
            return status == 503 and all(name in text for name in names)

        wait_for(f"not ready for {names}", named, lambda: str(self.get("/readyz")), seconds)

    def metric(self, name: str) -> float:
        status, text = self.get("/metrics")
        assert status == 200, text
        values = [value for key, value in parse_metrics(text).items() if key.startswith(name)]
        assert values, f"no {name}"
        return sum(values)

    def log(self) -> str:
        return self._log.read_text()

    def events(self) -> list[dict]:
        lines = self.log().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def wait_for(what: str, done, explain=lambda: "", seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"waited in vain for {what}: {explain()}"
        time.sleep(0.02)
