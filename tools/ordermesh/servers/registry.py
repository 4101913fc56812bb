"""A schema registry with Confluent's API: Apicurio, which keeps its schemas in memory."""

import shutil

from .. import paths
from ..probes import http as probe
from .server import Server, ServerFailed

_API = "/apis/ccompat/v7"


class Registry(Server):
    name = "registry"

    async def prepare(self) -> None:
        if not any(paths.REGISTRY.glob("*-runner.jar")) or shutil.which("java") is None:
            raise ServerFailed(f"{self.name}: java or Apicurio in {paths.REGISTRY} is missing; run tools/setup")

    def command(self) -> list[str]:
        (program,) = paths.REGISTRY.glob("*-runner.jar")
        settings = {
            "quarkus.http.host": "127.0.0.1",
            "quarkus.http.port": self.port,
            "quarkus.log.level": "WARN",
            "apicurio.storage.kind": "sql",
            "apicurio.storage.sql.kind": "h2",
        }
        options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        return ["java", *options, *(f"-D{name}={value}" for name, value in settings.items()), "-jar", str(program)]

    async def is_ready(self) -> bool:
        return await probe.status(self.port, f"{_API}/subjects") == 200

    def variables(self) -> dict[str, str]:
        return {"SCHEMA_REGISTRY_URL": f"http://127.0.0.1:{self.port}{_API}"}
