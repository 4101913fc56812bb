"""Python stubs of the protos, made when they are first asked for.

`stubs.load()` returns the modules; nothing generated is kept in the repository.
"""

import atexit
import functools
import importlib
import importlib.resources
import pathlib
import shutil
import tempfile
import types

import google.api
from grpc_tools import protoc

import ordermesh  # the package of the tools: the stubs join it, since the protos have the same name

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROTOS = REPOSITORY / "protos"


@functools.cache
def load():
    """A namespace with, for each file, orders.proto for example, `orders` (messages) and `orders_grpc` (stubs)."""
    folder = tempfile.mkdtemp(prefix="ordermesh-stubs-")
    atexit.register(shutil.rmtree, folder)
    common = pathlib.Path(google.api.__path__[0]).parents[1]
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    files = sorted(path.relative_to(PROTOS) for path in PROTOS.rglob("*.proto"))
    arguments = ["protoc", f"-I{PROTOS}", f"-I{common}", f"-I{well_known}",
                 f"--python_out={folder}", f"--grpc_python_out={folder}"]
    if protoc.main(arguments + [str(file) for file in files]) != 0:
        raise RuntimeError("protoc failed")
    ordermesh.__path__.append(f"{folder}/ordermesh")
    modules = types.SimpleNamespace()
    for file in files:
        module = ".".join(file.with_suffix("").parts)
        setattr(modules, file.stem, importlib.import_module(f"{module}_pb2"))
        setattr(modules, f"{file.stem}_grpc", importlib.import_module(f"{module}_pb2_grpc"))
    return modules
