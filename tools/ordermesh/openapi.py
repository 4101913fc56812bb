"""Makes the descriptions of the HTTP interface from the protos: docs/openapi.json, what the public port serves, and
docs/openapi-operators.json, all that the operators' port does. services/services.yaml says which is which.

protoc-gen-openapi (google/gnostic) gives paths, parameters and schemas; `complete` adds what protos can't say: the
Idempotency-Key header, problem+json errors, streams as one JSON object a line, an example order.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from . import contract, edge, paths, service_table
from .contract import Rpc
from .service_table import Row

DOCS = paths.REPOSITORY / "docs"


@dataclass(frozen=True)
class Face:
    """What one listener of the edge serves, and where its document stands."""

    title: str
    description: str
    listener: str
    target: pathlib.Path


PUBLIC = Face("Ordermesh", "Orders over HTTP. gRPC clients use the same methods.", "shop", DOCS / "openapi.json")
OPERATORS = Face(
    "Ordermesh for operators",
    "Orders, notifications and sales over HTTP. gRPC clients use the same methods. Served on the operators' port alone, "
    "but for the orders, which the public port serves too.",
    "operators",
    DOCS / "openapi-operators.json",
)
FACES = (PUBLIC, OPERATORS)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` is ErrorInfo.reason as a URN; docs/errors.md lists them.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "example": "urn:ordermesh:problem:ORDER_INVALID"},
        "title": {"type": "string"},
        "status": {"type": "integer", "format": "int32"},
        "detail": {"type": "string"},
        "code": {"type": "integer", "format": "int32", "description": "The google.rpc.Code."},
        "message": {"type": "string"},
        "details": {
            "type": "array",
            "description": "google.rpc details: BadRequest with every violation, PreconditionFailure, RetryInfo, …",
            "items": {"type": "object", "additionalProperties": True},
        },
    },
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes the call safe to repeat, as `requestId` does: 1 to 128 visible ASCII characters, quotes around "
    "them optional; a blank one is refused.",
    "schema": {"type": "string", "maxLength": 130},
}

# The body that a page of the API offers to send. Without, it would make of the schema a text "string" for each field, which is mostly
# refused, and turn every switch on.
EXAMPLES = {
    "OrderService_CreateOrder": {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}]},
    "OrderService_CancelOrder": {},
    "ProductService_CreateProduct": {"sku": "SKU-2000", "name": "Folding Chair", "price": {"currencyCode": "EUR", "units": "49"}},
    "ProductService_UpdateProduct": {"active": False},
    "ProductService_UndeleteProduct": {},
    "StockService_AdjustStock": {"delta": "10", "reason": "delivery 4711", "requestId": "delivery-4711"},
    "CustomerService_CreateCustomer": {"name": "Ada Berg", "email": "ada.berg@example.com"},
    "CustomerService_UpdateCustomer": {"active": False},
    "OrderService_PayOrder": {},
    "OrderService_ShipOrder": {},
    "OrderService_DeliverOrder": {},
    "NotificationService_ResendNotification": {},
    "NotificationService_StartResend": {"requestId": "after-the-outage", "errorContains": "unreachable"},
    "NotificationService_RedriveDeadLetters": {"ids": ["01a1fe53-4ede-766a-97d0-ffdf29570806"]},
}


def served(face: Face, rows: Iterable[Row], rpcs: Iterable[Rpc]) -> dict[str, Rpc]:
    """What a face has over HTTP, by the ids that the plugin gives to operations."""
    return {call.rpc.operation.replace(".", "_"): call.rpc for call in edge.calls(rows, rpcs)
            if face.listener in call.listeners and call.rpc.rules}  # fmt: skip


def generate(face: Face, operations: dict[str, Rpc], protos: pathlib.Path) -> dict:
    """What the plugin makes of these operations. Raises CalledProcessError when protoc does not like their files."""
    files = list(dict.fromkeys(rpc.file for rpc in operations.values()))
    options = [f"title={face.title}", "version=v1", "naming=json", "enum_type=string", "default_response=false"]
    options += [f"M{file}={file.rpartition('/')[0]}" for file in files]
    with tempfile.TemporaryDirectory() as folder, contract.google_protos() as google:
        subprocess.run(
            ["protoc", f"-I{protos}", f"-I{google}", f"--openapi_out={folder}", f"--openapi_opt={','.join(options)}", *files],
            check=True)
        document = yaml.safe_load(pathlib.Path(folder, "openapi.yaml").read_text())
    return without_others(document, operations)


def without_others(document: dict, operations: dict[str, Rpc]) -> dict:
    """Leaves out what another face serves of the same files, and the schemas that only that needs."""
    document["paths"] = {
        path: mine for path, verbs in document["paths"].items()
        if (mine := {verb: operation for verb, operation in verbs.items() if operation["operationId"] in operations})
    }  # fmt: skip
    schemas, known = document["components"]["schemas"], set()
    found = _named(document["paths"])
    while found:
        known |= found
        found = set().union(*(_named(schemas[name]) for name in found)) - known
    tags = {tag for verbs in document["paths"].values() for operation in verbs.values() for tag in operation["tags"]}
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in tags]
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in known}
    return document


def _named(part: dict) -> set[str]:
    """The schemas that a part of the document refers to."""
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))


def complete(face: Face, document: dict, operations: dict[str, Rpc]) -> dict:
    """Adds what the protos can't say."""
    document["info"]["description"] = face.description
    document["servers"] = [{"url": "/"}]
    document["components"]["schemas"]["Problem"] = PROBLEM
    problem = {
        "description": "What went wrong, with every violation.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    used = set()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["responses"]["default"] = problem
            if "requestBody" in operation:
                complete_body(document, path, operation)
            rpc = operations[operation["operationId"]]
            if operation["operationId"] in used:  # an additional binding
                operation["operationId"] += "_" + path.strip("/").split("/")[1]
            used.add(operation["operationId"])
            if rpc.gives_stream:
                content = operation["responses"]["200"]["content"]
                content["application/json"]["schema"] = {
                    "type": "string",
                    "description": f"A stream: one JSON object a line, each of type {rpc.reply.rpartition('.')[2]}.",
                }
            if takes_request_id(document, operation):
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    return document


def takes_request_id(document: dict, operation: dict) -> bool:
    """Whether the call has a `requestId`, in the query or in the body: the header serves then, too."""
    fields = {parameter["name"] for parameter in operation.get("parameters", ())}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        fields |= document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"].keys()
    return "requestId" in fields


def complete_body(document: dict, path: str, operation: dict) -> None:
    """A body has what the path has not: the edge refuses a field that is in both."""
    content = operation["requestBody"]["content"]["application/json"]
    if operation["operationId"] in EXAMPLES:
        content["example"] = EXAMPLES[operation["operationId"]]
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    in_path = set(re.findall(r"\{(\w+)\}", path))
    schema["properties"] = {name: field for name, field in schema["properties"].items() if name not in in_path}
    schema["required"] = [name for name in schema.get("required", ()) if name not in in_path]
    if not schema["required"]:
        del schema["required"]
        operation["requestBody"]["required"] = False


def render(face: Face, rows: Iterable[Row] = service_table.ROWS, protos: pathlib.Path = contract.PROTOS) -> str:
    """The text of a face's document. Raises edge.Mistake when table and protos don't fit."""
    operations = served(face, rows, contract.rpcs(contract.compiled(protos)))
    return json.dumps(complete(face, generate(face, operations, protos), operations), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/openapi", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when the documents are not what the protos give")
    arguments = parser.parse_args()
    texts = {face.target: render(face) for face in FACES}
    if not arguments.check:
        for target, text in texts.items():
            target.write_text(text)
        return 0
    stale = [target.name for target, text in texts.items() if not target.exists() or target.read_text() != text]
    for name in stale:
        print(f"docs/{name} is not what the protos give; run tools/openapi", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
