"""What the edge can stand in front of: our services, or ours and one that is invented, whose proto and row stand in invented/."""

import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import descriptor_pb2

from ordermesh import contract, edge, paths, service_table
from running import BUILD

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

    def descriptors(self) -> bytes:
        return descriptor_pb2.FileDescriptorSet(file=self.files).SerializeToString()


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
