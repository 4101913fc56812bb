"""The servers of a stack, each a private process on loopback: the stores, and what tools/run adds to them."""

from .envoy import Envoy
from .kafka import Kafka
from .mail import Mail
from .postgres import Postgres
from .rabbitmq import RabbitMq

# What tools/stack starts unless told otherwise.
STORES = ("postgres", "rabbitmq", "kafka")
ALL = {server.name: server for server in (Postgres, RabbitMq, Kafka, Mail, Envoy)}
