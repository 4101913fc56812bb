"""The services of Ordermesh themselves, and the job that prepares the stores for them."""

import asyncio
from pathlib import Path

from ..probes import http as probe
from ..service_table import Row
from .postgres import DATABASE, OWNER
from .server import Server, ServerFailed, Site, State


# libs/base/exit_codes.h: a port, or another resource, is taken or not there.
_PORT_TAKEN = 69


class Program(Server):
    """A program of the build folder (option `build`), told everything by flags: ours, and over them the options that
    begin with its name, `notifier.channels`."""

    def command(self) -> list[str]:
        binary = Path(self.site.options["build"]) / "bin" / f"ordermesh-{self.name}"
        if not binary.exists():
            raise ServerFailed(f"{self.name}: {binary} is not built")
        flags = self.flags() | {
            key.removeprefix(f"{self.name}."): value
            for key, value in self.site.options.items() if key.startswith(f"{self.name}.")
        }  # fmt: skip
        return [str(binary), *(f"--{key}={value}" for key, value in flags.items())]

    def flags(self) -> dict[str, str]:
        raise NotImplementedError

    def database_url(self, role: str) -> str:
        return f"postgres://{role}@127.0.0.1:{self.site.servers['postgres'].port}/{DATABASE}"

    @property
    def amqp_url(self) -> str:
        return self.site.servers["rabbitmq"].variables()["AMQP_URL"]

    @property
    def kafka_brokers(self) -> str:
        return self.site.servers["kafka"].variables()["KAFKA_BROKERS"]


class Migrate(Program):
    """Runs once: tables, topology, sample data. What is done already it leaves alone."""

    name = "migrate"
    after = ("postgres", "rabbitmq", "kafka")

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._done = False

    async def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        try:
            await asyncio.wait_for(self.run_to_end(self.command()), self.start_timeout_s)
        except TimeoutError:
            raise ServerFailed(f"migrate: not done after {self.start_timeout_s:.0f} s") from None
        self._done = True

    def flags(self) -> dict[str, str]:
        return {
            "database_url": self.database_url(OWNER),
            "amqp_url": self.amqp_url,
            "kafka_brokers": self.kafka_brokers,
            "sample_data": "true",
        }

    @property
    def state(self) -> State:
        return State.DONE if self._done else State.STOPPED


class Service(Program):
    """One replica. `port` is its gRPC port, `ops_port` the one of metrics and health. Ready when /readyz says so."""

    row: Row

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.ops_port = site.port(self.row.ops_port)

    async def start(self) -> None:
        """The first start moves to other ports where somebody outside of all stacks was faster; later ones keep them."""
        for _ in range(3):
            try:
                return await super().start()
            except ServerFailed:
                if self.ready_after_s > 0 or self.exit_code != _PORT_TAKEN:
                    raise
                self.port, self.ops_port = self.site.port(), self.site.port()
        await super().start()

    def flags(self) -> dict[str, str]:
        return {
            "listen": f"127.0.0.1:{self.port}",
            "ops_listen": f"127.0.0.1:{self.ops_port}",
            # Nobody balances over one replica, so nobody has to learn that it leaves.
            "drain_delay_ms": "0",
            **{f"{name}_target": self._target(name) for name in self.row.calls},
            **dict(self._store(store) for store in self.row.stores),
        }

    def _target(self, name: str) -> str:
        # Left out, it keeps its place in the configuration: calls of it find nobody.
        server = self.site.servers.get(name)
        return f"dns:///127.0.0.1:{server.port if server else 1}"

    def _store(self, store: str) -> tuple[str, str]:
        """The setting that says where a store is."""
        match store:
            case "database":
                return "database_url", self.database_url(self.row.role)
            case "amqp":
                return "amqp_url", self.amqp_url
            case "kafka":
                return "kafka_brokers", self.kafka_brokers
            case "smtp":
                return "smtp_url", self.site.servers["mail"].variables()["SMTP_URL"]
        raise ServerFailed(f"{self.name}: nothing here is a store called {store}")

    async def is_ready(self) -> bool:
        return await probe.status(self.ops_port, "/readyz") == 200

    def variables(self) -> dict[str, str]:
        return {f"{self.name.upper()}_ADDRESS": f"127.0.0.1:{self.port}"}

    def endpoints(self) -> dict[str, str]:
        return {"url": f"127.0.0.1:{self.port}", "metrics": f"http://127.0.0.1:{self.ops_port}/metrics"}

    @classmethod
    def of(cls, row: Row) -> type["Service"]:
        """The kind of server that a row of the table describes."""
        needs_mail = ("mail",) if "smtp" in row.stores else ()
        return type(row.name.capitalize(), (cls,), {
            "name": row.name, "preferred_port": row.port, "row": row, "after": ("migrate", *row.calls, *needs_mail),
        })  # fmt: skip
