"""A Kafka broker that is its own controller (KRaft)."""

import shutil
from pathlib import Path

from .. import paths
from ..probes import kafka as probe
from .server import Server, ServerFailed, Site

# Any will do: nothing else ever joins this cluster.
_CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"

_SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=data
num.partitions=3
# Topics are declared by migrate alone; a misspelt one has to fail.
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
# A broker that was killed may register again once its old session has ended.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


class Kafka(Server):
    """One broker and controller in one process, its storage formatted on the first start."""

    name = "kafka"
    # What storage is formatted with, and what the outcome is kept as.
    format_options: tuple[str, ...] = ()
    formatted = "formatted"

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._controller_port = site.port()
        self._settings = "server.properties"
        self._data = self.directory / "data"

    async def prepare(self) -> None:
        if not any(paths.KAFKA_JARS.glob("kafka_*.jar")) or shutil.which("java") is None:
            raise ServerFailed(f"kafka: java or the jars in {paths.KAFKA_JARS} are missing; run tools/setup")
        (self.directory / self._settings).write_text(self.settings())
        if not (self._data / "meta.properties").exists():
            await self._format()

    def settings(self) -> str:
        return _SETTINGS.format(port=self.port, controller_port=self._controller_port)

    async def _format(self) -> None:
        """Formatting takes a Java of its own, and its outcome depends on nothing of ours: it is done once and kept."""
        formatted = paths.CACHE / "kafka" / self.formatted
        if not formatted.exists():
            await self.run_to_end(
                [*_java("-XX:TieredStopAtLevel=1"), "kafka.tools.StorageTool", "format"]
                + ["-t", _CLUSTER_ID, "-c", self._settings, *self.format_options]
            )
            try:
                shutil.copytree(self._data, unfinished := formatted.with_suffix(f".{self.site.mark}"))
                unfinished.rename(formatted)
            except OSError:
                shutil.rmtree(unfinished, ignore_errors=True)  # another stack was faster, or the cache is not ours
            return
        shutil.copytree(formatted, self._data)

    def command(self) -> list[str]:
        return [*_java("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC"), "kafka.Kafka", self._settings]

    async def is_ready(self) -> bool:
        return await probe.is_ready(self.port)

    def variables(self) -> dict[str, str]:
        return {"KAFKA_BROKERS": f"127.0.0.1:{self.port}"}


def _java(*options: str) -> list[str]:
    logging = paths.REPOSITORY / "tools" / "kafka" / "log4j2.properties"
    return ["java", *options, f"-Dlog4j2.configurationFile={logging}", "-cp", f"{paths.KAFKA_JARS}/*"]
