"""The servers of a stack, each a private process on loopback: the stores, and what tools/run adds to them."""

from .kafka import Kafka
from .postgres import Postgres
from .rabbitmq import RabbitMq

STORES = ("postgres", "rabbitmq", "kafka")
ALL = {server.name: server for server in (Postgres, RabbitMq, Kafka)}
