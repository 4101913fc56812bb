"""An object store that speaks S3's protocol and checks signatures: versitygw, over a folder."""

from .. import paths
from ..probes import http as probe
from .server import Server, ServerFailed

_PROGRAM = paths.GO_TOOLS / "versitygw"
_ACCESS_KEY, _SECRET_KEY = "ordermesh", "ordermesh-secret"
# Not the one that a client would take without being told.
_REGION = "eu-central-1"


class S3(Server):
    """Its objects are files in its folder; it has no buckets at first."""

    name = "s3"

    async def prepare(self) -> None:
        if not _PROGRAM.exists():
            raise ServerFailed(f"{self.name}: {_PROGRAM} is not there; run tools/setup")
        (self.directory / "objects").mkdir(exist_ok=True)

    def command(self) -> list[str]:
        listen = ["--port", f"127.0.0.1:{self.port}", "--health", "/health", "--keep-alive", "--quiet"]
        return [str(_PROGRAM), *listen, "--region", _REGION, "posix", "objects"]

    def environment(self) -> dict[str, str]:
        return {"ROOT_ACCESS_KEY": _ACCESS_KEY, "ROOT_SECRET_KEY": _SECRET_KEY}

    async def is_ready(self) -> bool:
        return await probe.status(self.port, "/health") == 200

    def variables(self) -> dict[str, str]:
        return {"S3_URL": f"http://127.0.0.1:{self.port}", "S3_ACCESS_KEY": _ACCESS_KEY, "S3_SECRET_KEY": _SECRET_KEY, "S3_REGION": _REGION}
