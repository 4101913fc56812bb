"""The contract as protoc reads it: every RPC of protos/, with its HTTP rules (google.api.http)."""

import contextlib
import pathlib
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

from . import paths

PROTOS = paths.REPOSITORY / "protos"
GOOGLE_JAR = pathlib.Path("/usr/share/java/proto-google-common-protos.jar")


@dataclass(frozen=True)
class Rule:
    """One way to call an RPC over HTTP; `path` is a template, `body` the field that the body is, `*` for all, or nothing."""

    verb: str
    path: str
    body: str


@dataclass(frozen=True)
class Rpc:
    """`service` is its full name; `file` is relative to protos/; `takes_stream` and `gives_stream` say on which side it streams."""

    service: str
    name: str
    file: str
    request: str
    reply: str
    takes_stream: bool
    gives_stream: bool
    rules: tuple[Rule, ...]

    @property
    def operation(self) -> str:
        """`Service.Method`, which is unique, too."""
        return f"{self.service.rpartition('.')[2]}.{self.name}"


@contextlib.contextmanager
def google_protos() -> Iterator[pathlib.Path]:
    """A folder with Google's protos, which ours import; it goes away with the context."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(GOOGLE_JAR) as jar:
            jar.extractall(folder, [name for name in jar.namelist() if name.endswith(".proto")])
        yield pathlib.Path(folder)


def compiled(protos: pathlib.Path = PROTOS) -> list[descriptor_pb2.FileDescriptorProto]:
    """Every .proto below a folder, with what it imports. Raises CalledProcessError when protoc does not like one."""
    files = sorted(str(file.relative_to(protos)) for file in protos.rglob("*.proto"))
    with google_protos() as google, tempfile.NamedTemporaryFile() as result:
        command = ["protoc", f"-I{protos}", f"-I{google}", "--include_imports", f"--descriptor_set_out={result.name}"]
        subprocess.run([*command, *files], check=True)
        return list(descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(result.name).read_bytes()).file)


def rpcs(files: Iterable[descriptor_pb2.FileDescriptorProto]) -> list[Rpc]:
    """The RPCs of our own services, in the order of the protos."""
    return [
        Rpc(f"{file.package}.{service.name}", method.name, file.name, method.input_type.strip("."), method.output_type.strip("."),
            method.client_streaming, method.server_streaming, tuple(_rules(method)))
        for file in files if file.package.startswith("ordermesh.") for service in file.service for method in service.method
    ]  # fmt: skip


def _rules(method: descriptor_pb2.MethodDescriptorProto) -> Iterator[Rule]:
    if not method.options.HasExtension(annotations_pb2.http):
        return
    first = method.options.Extensions[annotations_pb2.http]
    for rule in (first, *first.additional_bindings):
        verb = rule.WhichOneof("pattern")
        yield Rule(verb.upper(), getattr(rule, verb), rule.body)
