"""RabbitMQ with an Erlang port mapper of its own, so that several run side by side and none stays behind."""

import asyncio
from pathlib import Path

from ..probes import amqp as probe
from .server import Server, ServerFailed, Site

_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
# The folder in which the node stands. A relative path would not do: the runtime makes the folder's own name of it, and takes
# letters that are not ASCII for others.
_HERE = "/proc/self/cwd"

_SETTINGS = """
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users.guest = true
log.console = true
log.console.level = warning
log.file = false
"""


class RabbitMq(Server):
    """One node, `ordermesh@localhost`. Its name can repeat because each node has its own port mapper (epmd)."""

    name = "rabbitmq"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._distribution_port = site.port()
        self._mapper_port = site.port()
        self._mapper: asyncio.subprocess.Process | None = None

    async def prepare(self) -> None:
        if not (_PROGRAMS / "rabbitmq-server").exists():
            raise ServerFailed("rabbitmq: not installed; run tools/setup")
        (self.directory / "rabbitmq.conf").write_text(self.settings())
        (self.directory / "plugins").write_text("[].\n")
        # The mapper lives as long as the stack, not as the node: a node started again has to find it.
        if self._mapper is None or self._mapper.returncode is not None:
            # The Erlang runtime would start one as a daemon that outlives it.
            self._mapper = await self.run(["epmd", "-address", "127.0.0.1", "-port", str(self._mapper_port)])
            await self._until_mapper_listens()

    def settings(self) -> str:
        return _SETTINGS.format(port=self.port)

    def command(self) -> list[str]:
        return [str(_PROGRAMS / "rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        """Also what `rabbitmqctl` needs to reach the node."""
        return {
            "RABBITMQ_NODENAME": "ordermesh@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{_HERE}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{_HERE}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{_HERE}/data",
            "RABBITMQ_LOG_BASE": _HERE,
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": f"{_HERE}/pid",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "HOME": str(self.directory),
            # No shell stays between us and the Erlang runtime: signals and the end of its parent reach it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    async def is_ready(self) -> bool:
        return await probe.is_ready(self.port)

    def variables(self) -> dict[str, str]:
        return {"AMQP_URL": f"amqp://guest:guest@127.0.0.1:{self.port}/"}

    async def end_helpers(self) -> None:
        if self._mapper is not None and self._mapper.returncode is None:
            self._mapper.kill()
            await self._mapper.wait()

    async def _until_mapper_listens(self) -> None:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._mapper_port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.02)
        raise ServerFailed(f"rabbitmq: epmd does not listen on port {self._mapper_port}")
