"""RabbitMQ as a managed service offers it: over TLS."""

import os

from ..certificates import Certificates
from ..probes import tls as probe
from .rabbitmq import RabbitMq
from .server import Site

_SETTINGS = """
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_none
"""


class RabbitMqTls(RabbitMq):
    """The same node with a second listener, for amqps."""

    name = "rabbitmq_tls"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._tls_port = site.port()
        self._certificates = Certificates(site.directory)

    async def prepare(self) -> None:
        self._certificates.make()
        await super().prepare()

    def settings(self) -> str:
        return super().settings() + _SETTINGS.format(
            tls_port=self._tls_port,
            authority=os.path.relpath(self._certificates.authority, self.directory),
            certificate=os.path.relpath(self._certificates.certificate, self.directory),
            key=os.path.relpath(self._certificates.key, self.directory),
        )

    async def is_ready(self) -> bool:
        return await super().is_ready() and await probe.is_ready(self._tls_port, self._certificates.authority)

    def variables(self) -> dict[str, str]:
        return {
            **super().variables(),
            **self._certificates.variables(),
            "AMQP_TLS_URL": f"amqps://guest:guest@127.0.0.1:{self._tls_port}/",
        }
