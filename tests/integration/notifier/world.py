"""What the tests of the notifier do to it, and what they see of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import uuid

import grpc
import pika
import psycopg
from google.rpc import error_details_pb2, status_pb2

import events
import stubs
from hook import Hook
from ordermesh import paths
from ordermesh.ports import PortClaims
from ordermesh.stack import Stack
from system import parse_metrics

# Channel and State of protos/ordermesh/notifications/v1, and of the ledger's columns.
EMAIL, WEBHOOK, LOG = 1, 2, 3
PENDING, SENT, FAILED = 1, 2, 3

# Short, so that tests see the second attempt soon; nothing waits for less than it would in earnest.
_FAST = {
    "attempt_timeout_ms": 1000, "connect_timeout_ms": 500, "lease_ms": 2500, "poll_interval_ms": 50,
    "retry_initial_ms": 100, "retry_max_ms": 500, "drain_delay_ms": 0, "rebind_interval_ms": 500, "probe_initial_ms": 100,
    "probe_max_ms": 500,
}  # fmt: skip


def eventually(see, wanted=True, timeout=30):
    """Waits until see() gives what is wanted (a value, or a function of it); gives what it saw."""
    deadline = time.monotonic() + timeout
    while True:
        seen = see()
        if wanted(seen) if callable(wanted) else seen == wanted:
            return seen
        assert time.monotonic() < deadline, f"still {seen!r}"
        time.sleep(0.02)


class World:
    def __init__(self, build, directory, environment, folder):
        self.environment = environment
        self.stack = Stack(directory)
        self._program = str(build / "bin" / "ordermesh-notifier")
        self._folder = folder
        self._running = []
        self._cleanups = []
        self._ports = PortClaims()
        self.db = psycopg.connect(environment["DATABASE_URL"], autocommit=True)
        self._clear()

    def close(self):
        for child in self._running:
            child.kill()
            child.wait()
        for cleanup in self._cleanups:
            cleanup()
        self._ports.release()
        self.db.close()

    def _clear(self):
        self.sql("TRUNCATE notifications.notifications, notifications.dead_letters, notifications.resends, orders.orders,"
                 " catalog.customers")
        self.sql("UPDATE notifications.chores SET until = '-infinity'")
        with self.channel() as channel:
            for queue in ("notifications", "notifications.dlq"):
                channel.queue_purge(queue)

    # The notifier.

    def start(self, environment=None, ready=True, **flags):
        log = open(self._folder / f"log-{len(self._running)}", "w+")
        child = subprocess.Popen(self._command(flags), stderr=log, env={**os.environ, **(environment or {})})
        self._running.append(child)  # before anything can fail, so that it ends with the test
        notifier = Notifier(child, log)
        if ready:
            eventually(lambda: '"failing":[]' in notifier.readyz()[1])
        return notifier

    def refused(self, **flags):
        """(exit code, standard error) of a notifier that does not start with these."""
        done = subprocess.run(self._command(flags), stderr=subprocess.PIPE, text=True, timeout=30)
        return done.returncode, done.stderr

    def _command(self, flags):
        url = self.environment["DATABASE_URL"].replace("postgres@", "ordermesh_notifier@")
        flags = {"listen": "127.0.0.1:0", "ops_listen": "127.0.0.1:0", "database_url": url,
                 "amqp_url": self.environment["AMQP_URL"], "smtp_url": self.environment["SMTP_URL"], **_FAST, **flags}
        return [self._program, *(f"--{name}={value}" for name, value in flags.items())]

    # RabbitMQ.

    def channel(self):
        world = self

        class Opened:
            def __enter__(self):
                self.connection = pika.BlockingConnection(pika.URLParameters(world.environment["AMQP_URL"]))
                return self.connection.channel()

            def __exit__(self, *_):
                self.connection.close()

        return Opened()

    def publish(self, *bodies, key="ordermesh.order.accepted.v1"):
        with self.channel() as channel:
            channel.confirm_delivery()
            for body in bodies:
                message_id = _decode(body).get("id", str(uuid.uuid4()))
                properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2,
                                                  message_id=message_id)
                channel.basic_publish("orders", key, body, properties, mandatory=True)

    def queue_depth(self, queue="notifications"):
        with self.channel() as channel:
            return channel.queue_declare(queue, passive=True).method.message_count

    # PostgreSQL.

    def sql(self, text, *values):
        cursor = self.db.execute(text, values or None)
        return cursor.fetchall() if cursor.description else None

    def order(self, contact="ada@example.com", updates=None):
        """A stored order as far as the notifier looks; gives its id. `updates`: whether its customer, whose id is the same,
        wants mail about payment, shipping and delivery; None: the customer is unknown."""
        id = events.uuid7()
        self.sql("INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, total_minor, currency,"
                 " contact_email, note) VALUES (%s, 'default', %s, '', %s, 1, 700, 'EUR', %s, '')", id, id, id, contact)
        if updates is not None:
            self.sql("INSERT INTO catalog.customers (id, name, email, order_updates) VALUES (%s, 'Ada', %s, %s)",
                     id, contact, updates)
        return id

    def rows(self, order=None):
        """(channel, state, attempt, last_error) of each notification."""
        return self.sql("SELECT channel, state, attempt, last_error FROM notifications.notifications"
                        " WHERE %s::uuid IS NULL OR order_id = %s ORDER BY order_version, channel", order, order)

    def counts(self):
        return dict(self.sql("SELECT state, count(*) FROM notifications.notifications GROUP BY state"))

    # Mail and webhooks.

    def mails(self, order):
        with urllib.request.urlopen(f"{self.environment['MAIL_URL']}/messages?order={order}", timeout=5) as answer:
            return json.load(answer)

    def ascii_mail_server(self):
        """The URL of a mail sink that does not offer SMTPUTF8."""
        smtp, http = self._ports.claim(), self._ports.claim()
        program = str(paths.REPOSITORY / "tools" / "mail_sink.py")
        sink = subprocess.Popen([sys.executable, program, "--smtp", str(smtp), "--http", str(http), "--no-smtputf8",
                                 "--dir", str(self._folder / "mails")])
        self._running.append(sink)
        eventually(lambda: _listens(smtp))
        return f"smtp://127.0.0.1:{smtp}"

    def hook(self, answer):
        """A web server that answers so. Gives its URL and its calls."""
        hook = Hook(answer)
        self._cleanups.append(hook.close)
        return hook.url, hook.calls

    def held_hook(self, patience_s):
        """One that answers 200 when the event that it gives besides is set, or after the patience."""
        release = threading.Event()

        def answer(*_):
            release.wait(patience_s)
            return 200, {}

        return *self.hook(answer), release


class Notifier:
    def __init__(self, process, log):
        self.process = process
        self._log = log
        listening = eventually(lambda: self.logged("listening"), lambda lines: lines or process.poll() is not None)
        assert listening, self.log()
        self.grpc_address, self.ops = listening[0]["grpc"], listening[0]["ops"]
        protos = stubs.load()
        self.messages = protos.notifications
        self.rpc = protos.notifications_grpc.NotificationServiceStub(grpc.insecure_channel(self.grpc_address))

    def log(self):
        self._log.flush()
        with open(self._log.name) as log:
            return log.read()

    def logged(self, event):
        return [line for line in map(_decode, self.log().splitlines()) if line.get("event") == event]

    def readyz(self):
        try:
            with urllib.request.urlopen(f"http://{self.ops}/readyz", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name, **labels):
        wanted = name + ("{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}" if labels else "")
        with urllib.request.urlopen(f"http://{self.ops}/metrics", timeout=5) as answer:
            return parse_metrics(answer.read().decode()).get(wanted)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def reason_of(error):
    """The ErrorInfo's reason of a refused call."""
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details), status
    return info.reason


def _listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _decode(line):
    try:
        return json.loads(line)
    except ValueError:
        return {}
