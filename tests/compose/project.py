"""docker/compose.yaml as a running project of its own name and ports, on the engine that tools/test compose has started."""

import json
import os
import subprocess

from ordermesh import paths
from ordermesh.ports import PortClaims

FILE = paths.REPOSITORY / "docker" / "compose.yaml"
PLACE_ORDER = paths.REPOSITORY / "helm" / "ordermesh" / "files" / "place_order.sh"
# Kafka UI has no stand-in.
PROFILES = ("adminer", "mailpit")


class Project:
    """Its containers, by the names of services. Nothing of it runs before `up` and after `down`."""

    def __init__(self):
        self.name = f"ordermesh-test-{os.getpid()}"
        self._ports = PortClaims()
        published = {name: str(self._ports.claim()) for name in ("EDGE_PORT", "OPERATORS_PORT", "ADMINER_PORT", "MAILPIT_PORT")}
        self.edge = f"http://127.0.0.1:{published['EDGE_PORT']}"
        self.operators = f"http://127.0.0.1:{published['OPERATORS_PORT']}"
        self.adminer = f"http://127.0.0.1:{published['ADMINER_PORT']}"
        self.mail = f"http://127.0.0.1:{published['MAILPIT_PORT']}"
        self._environment = {
            **os.environ, **published, "COMPOSE_PROJECT_NAME": self.name,
            "COMPOSE_PROFILES": ",".join(PROFILES), "NOTIFIER_CHANNELS": "log,email"}

    def compose(self, *arguments, check=True, **environment):
        command = [*os.environ["ORDERMESH_COMPOSE"].split(), "--file", str(FILE), *arguments]
        done = subprocess.run(command, env={**self._environment, **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)
        assert not check or done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:] + self._logs()
        return done

    def docker(self, *arguments):
        return subprocess.run([os.environ["ORDERMESH_DOCKER"], *arguments], check=True, capture_output=True, text=True,
                              timeout=60).stdout

    def secret(self, name):
        lines = (FILE.parent / ".env").read_text().splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))

    def up(self):
        """What a user types. Never builds or pulls: the images are there."""
        self.compose("up", "--detach", "--no-build", "--pull=never", "--wait", "--wait-timeout=120")

    def down(self, *options):
        self.compose("down", *options)

    def containers(self):
        """What the engine says of each container, by service."""
        ids = self.docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={self.name}").split()
        inspected = json.loads(self.docker("inspect", *ids)) if ids else []
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in inspected}

    def container(self, service):
        return self.containers()[service]

    def place_order(self):
        """An order by HTTP, until its notification is sent and its sale counted. Returns its id."""
        done = subprocess.run(["sh", str(PLACE_ORDER), self.edge, self.operators], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and done.stdout.endswith("PASSED\n"), done.stdout + done.stderr + self._logs()
        return next(line.split()[-1] for line in done.stdout.splitlines() if "the order was accepted" in line)

    def left(self):
        """Everything that the engine has and a fresh one has not, but images."""
        return {
            "containers": self.docker("ps", "--all", "--quiet").split(),
            "volumes": self.docker("volume", "ls", "--quiet").split(),
            "networks": self.docker("network", "ls", "--quiet", "--filter", "type=custom").split(),
        }

    def close(self):
        self.compose("down", "--volumes", "--timeout=5", check=False)
        self._ports.release()

    def _logs(self):
        command = [*os.environ["ORDERMESH_COMPOSE"].split(), "--file", str(FILE), "logs", "--tail=15"]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=60).stdout[-8000:]
