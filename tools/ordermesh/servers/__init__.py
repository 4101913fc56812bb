"""The servers of a stack, each a private process on loopback: the stores, and what tools/run adds to them."""

from .. import service_table
from .envoy import Envoy
from .kafka import Kafka
from .kafka_tls import KafkaTls
from .mail import Mail
from .postgres import Postgres
from .rabbitmq import RabbitMq
from .rabbitmq_debian13 import RabbitMqDebian13
from .rabbitmq_tls import RabbitMqTls
from .registry import Registry
from .s3 import S3
from .services import Migrate, Service

# What tools/stack starts unless told otherwise.
STORES = ("postgres", "rabbitmq", "kafka")
# The brokers with a second listener, as a managed service has it.
TLS_BROKERS = ("rabbitmq_tls", "kafka_tls")
# Another release of a store.
OTHER_RELEASES = ("rabbitmq_debian13",)
# What only tests of a library need.
FOR_LIBRARIES = ("registry", "s3")
SERVICES = tuple(service_table.NAMES)
# The whole system on one machine.
SYSTEM = (*STORES, "mail", "migrate", *SERVICES, "envoy")

_KINDS = (
    Postgres, RabbitMq, RabbitMqTls, RabbitMqDebian13, Kafka, KafkaTls, Registry, S3, Mail,
    Migrate, *map(Service.of, service_table.ROWS), Envoy,
)  # fmt: skip
ALL = {server.name: server for server in _KINDS}
