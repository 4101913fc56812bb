"""The services of Ordermesh themselves, and the job that prepares the stores for them."""

import asyncio
from pathlib import Path

from ..probes import http as probe
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

    after = ("migrate",)

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.ops_port = site.port(self.preferred_port + 1000)

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
            "database_url": self.database_url(f"ordermesh_{self.name}"),
            # Nobody balances over one replica, so nobody has to learn that it leaves.
            "drain_delay_ms": "0",
            **self.more_flags(),
        }

    def more_flags(self) -> dict[str, str]:
        return {}

    async def is_ready(self) -> bool:
        return await probe.status(self.ops_port, "/readyz") == 200

    def variables(self) -> dict[str, str]:
        return {f"{self.name.upper()}_ADDRESS": f"127.0.0.1:{self.port}"}

    def endpoints(self) -> dict[str, str]:
        return {"url": f"127.0.0.1:{self.port}", "metrics": f"http://127.0.0.1:{self.ops_port}/metrics"}


class Validation(Service):
    name = "validation"
    preferred_port = 50052


class Gateway(Service):
    name = "gateway"
    after = ("migrate", "validation")
    preferred_port = 50051

    def more_flags(self) -> dict[str, str]:
        # Left out, it keeps its place in the configuration: calls of it find nobody.
        validation = self.site.servers.get("validation")
        return {"validation_target": f"dns:///127.0.0.1:{validation.port if validation else 1}"}


class Relay(Service):
    name = "relay"
    preferred_port = 50056

    def more_flags(self) -> dict[str, str]:
        return {"amqp_url": self.amqp_url, "kafka_brokers": self.kafka_brokers}


class Notifier(Service):
    name = "notifier"
    after = ("migrate", "mail")
    preferred_port = 50055

    def more_flags(self) -> dict[str, str]:
        return {"amqp_url": self.amqp_url, "smtp_url": self.site.servers["mail"].variables()["SMTP_URL"]}


class Analytics(Service):
    name = "analytics"
    preferred_port = 50054

    def more_flags(self) -> dict[str, str]:
        return {"kafka_brokers": self.kafka_brokers}
