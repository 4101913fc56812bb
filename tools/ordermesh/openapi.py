"""Makes docs/openapi.json, the HTTP interface, from the protos.

protoc-gen-openapi (google/gnostic) gives paths, parameters and schemas; `complete` adds what protos can't say: the
Idempotency-Key header, problem+json errors, streams as one JSON object a line, an example order.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TARGET = REPOSITORY / "docs" / "openapi.json"
GOOGLE_JAR = pathlib.Path("/usr/share/java/proto-google-common-protos.jar")
PUBLIC = ["orders", "notifications", "analytics"]

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

EXAMPLE_ORDER = {"customerId": "CUST-0001", "lines": [{"sku": "SKU-0001", "quantity": 2}]}


def generate() -> dict:
    """What the plugin makes of the public services. Raises CalledProcessError when protoc does not like them."""
    with tempfile.TemporaryDirectory() as folder:
        google = pathlib.Path(folder, "google-common")
        with zipfile.ZipFile(GOOGLE_JAR) as jar:
            jar.extractall(google, [name for name in jar.namelist() if name.endswith(".proto")])
        files = [f"ordermesh/{name}/v1/{name}.proto" for name in PUBLIC]
        options = ["title=Ordermesh", "version=v1", "naming=json", "enum_type=string", "default_response=false"]
        options += [f"M{file}=ordermesh/{name}" for file, name in zip(files, PUBLIC)]
        subprocess.run(
            ["protoc", f"-I{REPOSITORY / 'protos'}", f"-I{google}", f"--openapi_out={folder}",
             f"--openapi_opt={','.join(options)}", *files],
            check=True)
        return yaml.safe_load(pathlib.Path(folder, "openapi.yaml").read_text())


def complete(document: dict) -> dict:
    """Adds what the protos can't say."""
    document["info"]["description"] = "Orders, notifications and sales over HTTP. gRPC clients use the same methods."
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
            if operation["operationId"] in used:  # an additional binding
                operation["operationId"] += "_" + path.strip("/").split("/")[1]
            used.add(operation["operationId"])
            if "(stream)" in operation.get("description", "") or path.endswith(":watch"):
                content = operation["responses"]["200"]["content"]
                content["application/json"]["schema"] = {
                    "type": "string",
                    "description": "A stream: one JSON object a line, each an Order.",
                }
    create = document["paths"]["/v1/orders"]["post"]
    create["parameters"].append(IDEMPOTENCY_KEY)
    create["requestBody"]["content"]["application/json"]["example"] = EXAMPLE_ORDER
    return document


def render() -> str:
    return json.dumps(complete(generate()), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/openapi", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when docs/openapi.json is not what the protos give")
    arguments = parser.parse_args()
    text = render()
    if arguments.check:
        if TARGET.read_text() != text:
            print("docs/openapi.json is not what the protos give; run tools/openapi", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
