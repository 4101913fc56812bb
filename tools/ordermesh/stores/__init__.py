"""The real stores and brokers, each as a private process on loopback."""

from .kafka import Kafka
from .postgres import Postgres
from .rabbitmq import RabbitMq

ALL = {store.name: store for store in (Postgres, RabbitMq, Kafka)}
