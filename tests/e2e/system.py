"""A client of a running system: HTTP through Envoy, gRPC to the services, and looks into the stores."""

import contextlib
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import confluent_kafka
import grpc
import pika
import psycopg
from google.protobuf import json_format

from grpc_health.v1 import health_pb2, health_pb2_grpc

import stubs
from ordermesh import paths
from ordermesh.stack import Stack

_OWN = "a test's own"  # the brand of a product that a test has taken for itself


@contextlib.contextmanager
def running(*arguments):
    """A system that tools/run has started with these arguments; it is gone afterwards."""
    folder = paths.scratch_root() / f"ordermesh-e2e-{os.getpid()}-{time.monotonic_ns()}"
    run = [str(paths.REPOSITORY / "tools" / "run"), "--dir", str(folder)]
    if "ORDERMESH_BUILD" in os.environ:
        run += ["--build", os.environ["ORDERMESH_BUILD"]]
    started = subprocess.run([*run, "--detach", "--json", *arguments], capture_output=True, text=True, timeout=600)
    try:
        assert started.returncode == 0, started.stdout[-3000:] + started.stderr[-3000:]
        yield System(json.loads(started.stdout.splitlines()[-1]), folder)
    finally:
        subprocess.run([*run, "--stop"], check=True, timeout=120)


class System:
    """`endpoints` is what `tools/run --detach --json` printed; `folder` is where it runs."""

    def __init__(self, endpoints, folder):
        self.endpoints = endpoints
        self.folder = folder
        self.protos = stubs.load()
        self.orders = self.protos.orders_grpc.OrderServiceStub(self._channel("gateway"))
        self.notifications = self.protos.notifications_grpc.NotificationServiceStub(self._channel("notifier"))
        self.customers = self.protos.customers_grpc.CustomerServiceStub(self._channel("catalog"))
        self.stock_keeping = self.protos.stock_grpc.StockServiceStub(self._channel("catalog"))
        self.analytics = self.protos.analytics_grpc.AnalyticsServiceStub(self._channel("analytics"))
        self.products = self.protos.products_grpc.ProductServiceStub(self._channel("catalog"))

    def _channel(self, name):
        return grpc.insecure_channel(self.endpoints[name])

    # HTTP, as any client does it.

    def http(self, method, path, body=None, headers=None, face="http"):
        """(status, headers, decoded JSON or None) of the public port; of the operators' with face="operators"."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.endpoints[face] + path, data=data, method=method)
        if data is not None:
            request.add_header("content-type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers, json.loads(response.read() or "null")
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.loads(error.read() or "null")

    def place(self, *lines, customer="CUST-0001", key=None, **more):
        """Places an order by HTTP and returns it; lines are (sku, quantity)."""
        body = {"customerId": customer, "lines": [{"sku": sku, "quantity": n} for sku, n in lines], **more}
        status, _, order = self.http("POST", "/v1/orders", body, {"idempotency-key": key or str(uuid.uuid4())})
        assert status == 200, order
        return order

    def adjust_stock(self, sku, key=None, **change):
        """Adjusts the stock of a product as an operator does, `delta=5` or `availableCount=5`, and returns it."""
        ((product,),) = self.sql("SELECT id::text FROM catalog.products WHERE sku = %s", sku)
        status, _, level = self.http("POST", f"/v1/products/{product}/stock:adjust", {"reason": "a test", **change},
                                     {"idempotency-key": key or str(uuid.uuid4())}, face="operators")
        assert status == 200, level
        return level

    # gRPC.

    def order_request(self, *lines, customer="CUST-0001", request_id="", **more):
        orders = self.protos.orders
        order = orders.Order(customer_id=customer, lines=[orders.OrderLine(sku=sku, quantity=n) for sku, n in lines], **more)
        return orders.CreateOrderRequest(order=order, request_id=request_id)

    def as_json(self, message):
        return json_format.MessageToDict(message)

    # The processes.

    def command(self, verb, server):
        """start, stop, kill, pause or resume a server: postgres, rabbitmq, kafka, envoy, mail, or a service."""
        Stack(self.folder).command(verb, server)

    @contextlib.contextmanager
    def without(self, *servers, verb="kill"):
        """The system without these servers, which are started again afterwards."""
        for server in servers:
            self.command(verb, server)
        try:
            yield
        finally:
            for server in servers:
                self.command("resume" if verb == "pause" else "start", server)

    def ops(self, service, path):
        """(status, text) of /healthz, /readyz or /metrics."""
        url = self.endpoints["metrics"][service].removesuffix("/metrics") + path
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ready(self, service):
        return self.ops(service, "/readyz")[0] == 200

    def serving(self, service, group=""):
        """Whether the gRPC health service says SERVING for a group of calls, or for the whole server."""
        with self._channel(service) as channel:
            reply = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=group), timeout=5)
        return reply.status == health_pb2.HealthCheckResponse.SERVING

    def logs(self):
        """{name: text} of every log but the mail server's, which keeps what it is sent."""
        files = [path for path in pathlib.Path(self.folder).rglob("*") if path.is_file()
                 and (path.name == "log" or path.suffix == ".log") and "mail" not in path.parent.name]
        return {str(path): path.read_text(errors="replace") for path in files}

    # The stores.

    def sql(self, query, *parameters):
        with psycopg.connect(self.endpoints["postgres"]) as connection:
            return connection.execute(query, parameters).fetchall()

    def change(self, statement, *parameters):
        """Changes rows behind the services' back; of products only those that own_products gave."""
        with psycopg.connect(self.endpoints["postgres"]) as connection:
            connection.execute(statement, parameters)
            foreign = connection.execute(
                "SELECT sku FROM catalog.products WHERE changed = pg_current_xact_id() AND brand <> %s", (_OWN,)).fetchall()
            assert not foreign, f"other tests order these products too: {foreign}"

    def own_products(self, count=1):
        """SKUs of products on sale that from now on are the caller's alone, to be changed as it likes. The mark is in the
        database: tests of several files share one."""
        with psycopg.connect(self.endpoints["postgres"]) as connection:
            skus = [sku for (sku,) in connection.execute(
                """UPDATE catalog.products SET brand = %s WHERE id IN (
                     SELECT id FROM catalog.products WHERE active AND brand <> %s AND sku BETWEEN 'SKU-0810' AND 'SKU-0998'
                     ORDER BY sku LIMIT %s FOR UPDATE)
                   RETURNING sku""", (_OWN, _OWN, count))]
        assert len(skus) == count, "the sample data has no more products that may be taken"
        return skus

    def kafka_events(self, order_id):
        """The headers and the decoded event of each record about the order."""
        return [({name: value.decode() for name, value in message.headers()},
                 self.protos.events.OrderEvent.FromString(message.value())) for message in self.kafka_messages(order_id)]

    def kafka_records(self, order_id):
        """Each record about the order as text: key, headers, value."""
        return [" ".join(part.decode(errors="replace") for part in (
            message.key(), *(value for _, value in message.headers()), message.value()))
            for message in self.kafka_messages(order_id)]

    def catalog_events(self, key):
        """The headers and the decoded event of each record about a product or a customer, by its id."""
        return [({name: value.decode() for name, value in message.headers()},
                 self.protos.catalog_events.CatalogEvent.FromString(message.value()))
                for message in self.kafka_messages(key, "catalog.events")]

    def kafka_messages(self, key, topic="orders.events"):
        """Every record with this key, in the order of its partition."""
        consumer = confluent_kafka.Consumer({
            "bootstrap.servers": self.endpoints["kafka"], "group.id": "e2e", "enable.auto.commit": False,
            "enable.partition.eof": True})
        try:
            partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
            consumer.assign([confluent_kafka.TopicPartition(topic, number, 0) for number in partitions])
            found, open_partitions = [], set(partitions)
            while open_partitions:
                message = consumer.poll(10)
                assert message is not None, "nothing came from Kafka within 10 s"
                if message.error():
                    assert message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF
                    open_partitions.discard(message.partition())
                elif message.key().decode() == key:
                    found.append(message)
            return found
        finally:
            consumer.close()

    @contextlib.contextmanager
    def published(self):
        """What reaches RabbitMQ's exchange meanwhile, by a queue of its own: a function that gives every message so far as
        text: routing key, properties with headers, body."""
        connection = pika.BlockingConnection(pika.URLParameters(self.endpoints["rabbitmq"]))
        try:
            channel = connection.channel()
            queue = channel.queue_declare("", exclusive=True).method.queue
            channel.queue_bind(queue, "orders", "#")
            messages = []

            def taken():
                while True:
                    method, properties, body = channel.basic_get(queue, auto_ack=True)
                    if method is None:
                        return messages
                    messages.append(f"{method.routing_key} {properties} {body.decode(errors='replace')}")

            yield taken
        finally:
            connection.close()

    def mails(self, order_id):
        """The e-mails about the order that the sink took, oldest first."""
        with urllib.request.urlopen(f"{self.endpoints['mail']}/messages?order={order_id}", timeout=10) as response:
            return json.load(response)

    def metrics_text(self, process):
        with urllib.request.urlopen(self.endpoints["metrics"][process], timeout=10) as response:
            return response.read().decode()

    def metrics(self, service):
        """{name with labels: value}"""
        return parse_metrics(self.metrics_text(service))

    def sales(self, sku):
        """Orders, units and minor units of money sold of a SKU in the last 24 hours, and what of it was cancelled, paid and
        shipped."""
        reply = self.analytics.QuerySales(self.protos.analytics.QuerySalesRequest(sku=sku), timeout=5)
        (row,) = reply.rows or [self.protos.analytics.SalesRow()]
        figures = {}
        for kind in ("", "cancelled_", "paid_", "shipped_"):
            for what in ("orders", "units"):
                figures[kind + what] = getattr(row, kind + what)
            figures[f"{kind}revenue"] = minor(getattr(row, f"{kind}revenue"))
        return figures

    def stock(self, sku):
        """(available, reserved)"""
        (row,) = self.sql(
            "SELECT available, reserved FROM catalog.stock JOIN catalog.products ON id = product_id WHERE sku = %s", sku)
        return row


def parse_metrics(text):
    """{name with labels: value} of Prometheus' text format."""
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def minor(money):
    """Minor units of a google.type.Money with two decimals."""
    return money.units * 100 + money.nanos // 10_000_000


def eventually(read, expected=lambda value: bool(value), within=10.0, what="the condition"):
    """Reads until `expected(value)` and returns the value; fails with the last one after `within` seconds."""
    end = time.monotonic() + within
    while True:
        value = read()
        if expected(value):
            return value
        assert time.monotonic() < end, f"{what} did not come within {within} s; last: {value!r}"
        time.sleep(0.05)  # between two looks, not instead of one
