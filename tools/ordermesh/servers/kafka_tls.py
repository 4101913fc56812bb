"""Kafka as a managed service offers it: over TLS, with a login."""

import os

from ..certificates import Certificates
from ..probes import tls as probe
from .kafka import Kafka
from .server import Site

_USER, _PASSWORD = "ordermesh", "kafka-secret"

_SETTINGS = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port},SASL_SSL://127.0.0.1:{tls_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_SSL://localhost:{tls_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=\
  org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
"""


class KafkaTls(Kafka):
    """The same broker with a third listener, SASL_SSL, which takes PLAIN and SCRAM-SHA-512."""

    name = "kafka_tls"
    format_options = ("--add-scram", f"SCRAM-SHA-512=[name={_USER},password={_PASSWORD}]")
    formatted = "formatted-with-login"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._tls_port = site.port()
        self._certificates = Certificates(site.directory)

    async def prepare(self) -> None:
        self._certificates.make()
        await super().prepare()

    def settings(self) -> str:
        plain = [line for line in super().settings().splitlines() if not line.startswith(("listeners=", "advertised."))]
        return "\n".join(plain) + _SETTINGS.format(
            port=self.port,
            controller_port=self._controller_port,
            tls_port=self._tls_port,
            user=_USER,
            password=_PASSWORD,
            keystore=os.path.relpath(self._certificates.key_and_certificate, self.directory),
        )

    async def is_ready(self) -> bool:
        return await super().is_ready() and await probe.is_ready(self._tls_port, self._certificates.authority)

    def variables(self) -> dict[str, str]:
        return {
            **super().variables(),
            **self._certificates.variables(),
            "KAFKA_TLS_BROKERS": f"127.0.0.1:{self._tls_port}",
            "KAFKA_USERNAME": _USER,
            "KAFKA_PASSWORD": _PASSWORD,
        }
