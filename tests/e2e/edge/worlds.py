"""What the edge can stand in front of: our services, or ours and one that is invented, whose proto and row stand in invented/."""

import functools
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import descriptor_pb2

from backend import Backend, Contract
from cases import cases
from client import Edge
from ordermesh import contract, edge, paths, service_table
from running import BUILD, Configured, RunningEnvoy

INVENTED = Path(__file__).parent / "invented"


@dataclass(frozen=True)
class World:
    """A contract and a table, and what is made of them: the text of envoy.yaml."""

    rows: list[service_table.Row]
    files: list[descriptor_pb2.FileDescriptorProto]
    configuration: str

    @functools.cached_property
    def calls(self) -> list[edge.Call]:
        return edge.calls(self.rows, contract.rpcs(self.files))

    @property
    def groups(self) -> list[str]:
        """What the edge asks of grpc.health.v1."""
        return re.findall(r"service_name: ([\w./]+)", self.configuration)


class Front:
    """A running edge of a world, in front of a backend that plays all services; `faces` are its listeners by their names in the table."""

    def __init__(self, world: World, folder: Path) -> None:
        self.calls = world.calls
        self.contract = Contract(world.files)
        self.cases = cases(self.contract, world.calls)
        self.inside = [rpc for rpc in contract.rpcs(world.files) if rpc not in [call.rpc for call in world.calls]]
        self.backend = Backend(self.contract, world.groups)
        descriptors = folder / "descriptors.pb"
        descriptors.write_bytes(descriptor_pb2.FileDescriptorSet(file=world.files).SerializeToString())
        configured = Configured(world.configuration, descriptors, [row.name for row in world.rows if row.serves])
        self._envoy = RunningEnvoy(self.backend.port, folder, configured=configured)
        ports = {"shop": self._envoy.port, "operators": self._envoy.operators_port}
        self.faces = {listener: Edge("127.0.0.1", port) for listener, port in ports.items()}

    def empty(self, name: str, request: dict) -> list | dict:
        """An answer of the backend: nothing of what a call gives."""
        return [] if any(call.rpc.name == name and call.rpc.gives_stream for call in self.calls) else {}

    def stop(self) -> None:
        self._envoy.stop()
        self.backend.stop()


def ours() -> World:
    """As it is committed, and as it was built."""
    files = descriptor_pb2.FileDescriptorSet.FromString((BUILD / "protos" / "ordermesh.pb").read_bytes()).file
    return World(service_table.ROWS, list(files), edge.TARGET.read_text())


@functools.cache
def invented() -> World:
    """With one proto and one row more."""
    with invented_protos() as protos:
        files = contract.compiled(protos)
    rows = service_table.parse(service_table.FILE.read_text() + (INVENTED / "row.yaml").read_text())
    return World(rows, files, edge.configuration(rows, contract.rpcs(files)))


class invented_protos(tempfile.TemporaryDirectory):
    """A folder with our protos and the invented one, as a context."""

    def __enter__(self) -> Path:
        folder = Path(super().__enter__())
        shutil.copytree(paths.REPOSITORY / "protos", folder, dirs_exist_ok=True)
        target = folder / "ordermesh" / "gifts" / "v1" / "gifts.proto"
        target.parent.mkdir(parents=True)
        shutil.copy(INVENTED / "gifts.proto", target)
        return folder
