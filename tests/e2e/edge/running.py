"""An Envoy of the tests' own, with the real configuration."""

import json
import os
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ordermesh import edge, paths, service_table
from ordermesh.ports import PortClaims
from ordermesh.servers import envoy

BUILD = Path(os.environ.get("ORDERMESH_BUILD", paths.REPOSITORY / "build" / "release"))


@dataclass(frozen=True)
class Configured:
    """What Envoy is configured by: envoy.yaml, the file of the descriptors, and the processes behind it."""

    text: str
    descriptors: Path
    processes: list[str]


def committed() -> Configured:
    return Configured(edge.TARGET.read_text(), BUILD / "protos" / "ordermesh.pb", [row.name for row in service_table.ROWS if row.serves])


class RunningEnvoy:
    """An Envoy of our own; `admin` asks its admin port. `changes` are texts of its configuration and what stands there instead."""

    def __init__(self, backend_port: int, folder: Path, connection_age_s: int = 300, changes: dict[str, str] | None = None,
                 configured: Configured | None = None) -> None:
        configured = configured or committed()
        self._claims = PortClaims()
        self.port, self.operators_port, self.admin_port = (self._claims.claim() for _ in range(3))
        values = {
            "HTTP_ADDRESS": "127.0.0.1",
            "HTTP_PORT": self.port,
            "OPERATORS_PORT": self.operators_port,
            "ADMIN_PORT": self.admin_port,
            "CONNECTION_AGE_S": connection_age_s,
            "DESCRIPTORS": configured.descriptors,
            "EDGE_DIR": paths.REPOSITORY / "docker" / "envoy",
            "OPENAPI": paths.REPOSITORY / "docs" / "openapi.json",
            "OPERATORS_OPENAPI": paths.REPOSITORY / "docs" / "openapi-operators.json",
            "SWAGGER_UI": envoy.swagger_ui(),
        }
        for process in configured.processes:
            values |= {f"{process.upper()}_HOST": "127.0.0.1", f"{process.upper()}_PORT": backend_port}
        configuration = folder / "envoy.yaml"
        text = envoy.renderer().render(configured.text, {name: str(value) for name, value in values.items()})
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        configuration.write_text(text)
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            command = [str(envoy.program()), "-c", str(configuration), "--disable-hot-restart", "--concurrency", "1"]
            self._process = subprocess.Popen([*command, "-l", "warning"], stdout=log, stderr=log)
        self._wait()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def admin(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=5) as answer:
            return answer.read().decode()

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while True:
            assert self._process.poll() is None, self.log.read_text()
            try:
                if json.loads(self.admin("/server_info"))["state"] == "LIVE":
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
