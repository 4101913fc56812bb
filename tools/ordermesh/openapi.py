"""Makes the descriptions of the HTTP interface from the protos: docs/openapi.json, what the public port serves, and
docs/openapi-operators.json, all that the operators' port does.

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
import zipfile
from dataclasses import dataclass

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GOOGLE_JAR = pathlib.Path("/usr/share/java/proto-google-common-protos.jar")


@dataclass(frozen=True)
class Face:
    """What one port of the edge serves: the packages, and where its document stands."""

    title: str
    description: str
    packages: tuple[str, ...]
    target: pathlib.Path


PUBLIC = Face("Ordermesh", "Orders over HTTP. gRPC clients use the same methods.", ("orders",), REPOSITORY / "docs" / "openapi.json")
OPERATORS = Face(
    "Ordermesh for operators",
    "Orders, notifications and sales over HTTP. gRPC clients use the same methods. Served on the operators' port alone, "
    "but for the orders, which the public port serves too.",
    ("orders", "notifications", "analytics"),
    REPOSITORY / "docs" / "openapi-operators.json",
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

# The body that a page of the API offers to send, for each operation that has one. What it would make of the schema is a text
# "string" for each field, which is refused, and every switch turned on.
EXAMPLES = {
    "OrderService_CreateOrder": {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}]},
    "OrderService_CancelOrder": {},
    "NotificationService_ResendNotification": {},
    "NotificationService_StartResend": {"requestId": "after-the-outage", "errorContains": "unreachable"},
    "NotificationService_RedriveDeadLetters": {"ids": ["01a1fe53-4ede-766a-97d0-ffdf29570806"]},
}


def generate(face: Face) -> dict:
    """What the plugin makes of the services of a face. Raises CalledProcessError when protoc does not like them."""
    with tempfile.TemporaryDirectory() as folder:
        google = pathlib.Path(folder, "google-common")
        with zipfile.ZipFile(GOOGLE_JAR) as jar:
            jar.extractall(google, [name for name in jar.namelist() if name.endswith(".proto")])
        files = [f"ordermesh/{name}/v1/{name}.proto" for name in face.packages]
        options = [f"title={face.title}", "version=v1", "naming=json", "enum_type=string", "default_response=false"]
        options += [f"M{file}=ordermesh/{name}" for file, name in zip(files, face.packages)]
        subprocess.run(
            ["protoc", f"-I{REPOSITORY / 'protos'}", f"-I{google}", f"--openapi_out={folder}",
             f"--openapi_opt={','.join(options)}", *files],
            check=True)
        return yaml.safe_load(pathlib.Path(folder, "openapi.yaml").read_text())


def complete(face: Face, document: dict) -> dict:
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
            if operation["operationId"] in used:  # an additional binding
                operation["operationId"] += "_" + path.strip("/").split("/")[1]
            used.add(operation["operationId"])
            if "(stream)" in operation.get("description", "") or path.endswith(":watch"):
                content = operation["responses"]["200"]["content"]
                content["application/json"]["schema"] = {
                    "type": "string",
                    "description": "A stream: one JSON object a line, each an Order.",
                }
    document["paths"]["/v1/orders"]["post"]["parameters"].append(IDEMPOTENCY_KEY)
    return document


def complete_body(document: dict, path: str, operation: dict) -> None:
    """A body has what the path has not: the edge refuses a field that is in both."""
    content = operation["requestBody"]["content"]["application/json"]
    content["example"] = EXAMPLES[operation["operationId"]]
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    in_path = set(re.findall(r"\{(\w+)\}", path))
    schema["properties"] = {name: field for name, field in schema["properties"].items() if name not in in_path}
    schema["required"] = [name for name in schema.get("required", ()) if name not in in_path]
    if not schema["required"]:
        del schema["required"]
        operation["requestBody"]["required"] = False


def render(face: Face) -> str:
    return json.dumps(complete(face, generate(face)), indent=1, ensure_ascii=False) + "\n"


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
