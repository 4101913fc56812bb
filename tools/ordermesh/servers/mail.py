"""The mail sink (tools/mail_sink.py): real SMTP in, a page of what was taken out."""

import asyncio

from .. import paths
from .server import Server, Site


class Mail(Server):
    """Forgets everything when it is stopped, but for the files in its folder."""

    name = "mail"
    preferred_port = 8025

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.smtp_port = site.port(8026)

    def command(self) -> list[str]:
        program = str(paths.REPOSITORY / "tools" / "mail_sink.py")
        ports = ["--smtp", str(self.smtp_port), "--http", str(self.port)]
        return [str(paths.VENV / "bin" / "python"), program, *ports, "--dir", str(self.directory / "messages")]

    async def is_ready(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.smtp_port)
        except OSError:
            return False
        greeting = await reader.readline()
        writer.close()
        return greeting.startswith(b"220 ")

    def variables(self) -> dict[str, str]:
        return {"SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}", "MAIL_URL": f"http://127.0.0.1:{self.port}"}

    def endpoints(self) -> dict[str, str]:
        return {"url": f"http://127.0.0.1:{self.port}", "smtp": f"127.0.0.1:{self.smtp_port}"}
