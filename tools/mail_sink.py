"""A mail server that delivers nowhere: it speaks real SMTP, keeps each message as a file, and shows them over HTTP.

    mail_sink.py --smtp PORT --http PORT --dir DIR [--host ADDRESS] [--no-smtputf8]

    GET /messages            every message: id, from, to, subject, text, message_id, received
    GET /messages?order=ID   those that name this order, oldest first; any UUID in a message finds it
    GET /counts              how many were taken, and what was refused and deferred for each recipient

A recipient `refuse@…` is refused for good (550). A recipient `defer@…` is put off (451) twice, `defer+5@…` five times,
before mail to it is taken. Both also as the end of a longer name after a dot or dash: `anna-refuse@…`.
"""

import argparse
import asyncio
import collections
import email
import email.policy
import http.server
import json
import re
import signal
import threading
import time
import urllib.parse
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TROUBLE = re.compile(r"(?:.*[.-])?(refuse|defer)(?:\+(\d+))?")


class Mailbox:
    """The messages and what became of recipients. Thread-safe: SMTP writes, HTTP reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._messages: list[dict] = []
        self._naming: dict[str, list[dict]] = collections.defaultdict(list)
        self._refused: collections.Counter = collections.Counter()
        self._deferred: collections.Counter = collections.Counter()
        folder.mkdir(parents=True, exist_ok=True)

    def verdict(self, recipient: str) -> str | None:
        """The refusal of this recipient now, or None."""
        trouble = _TROUBLE.fullmatch(recipient.rpartition("@")[0])
        if trouble is None:
            return None
        with self._lock:
            if trouble[1] == "refuse":
                self._refused[recipient] += 1
                return "550 5.1.1 no such mailbox"
            if self._deferred[recipient] < int(trouble[2] or 2):
                self._deferred[recipient] += 1
                return "451 4.2.1 mailbox busy, try again later"
        return None

    def take(self, sender: str, recipients: list[str], content: bytes) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        text = message.get_body(("plain", "html"))
        with self._lock:
            entry = {
                "id": len(self._messages) + 1,
                "from": sender,
                "to": recipients,
                "subject": str(message["subject"] or ""),
                "message_id": str(message["message-id"] or ""),
                "text": text.get_content() if text else "",
                "received": time.time(),
            }
            (self._folder / f"{entry['id']:08d}.eml").write_bytes(content)
            self._messages.append(entry)
            # Transfer encodings may cut an id in two in the raw message, and the text may leave out what a header says.
            for found in set(_UUID.findall(content)) | set(_UUID.findall(entry["text"].encode())):
                self._naming[found.decode()].append(entry)

    def messages(self, order: str | None) -> list[dict]:
        with self._lock:
            return list(self._messages if order is None else self._naming.get(order, []))

    def counts(self) -> dict:
        with self._lock:
            return {
                "messages": len(self._messages),
                "refused": dict(self._refused),
                "deferred": dict(self._deferred),
            }


class _Recipients:
    """What aiosmtpd calls for each command."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(self, _server, _session: Session, envelope: Envelope, address: str, options: list) -> str:
        if (refusal := self._mailbox.verdict(address)) is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server, _session: Session, envelope: Envelope) -> str:
        self._mailbox.take(envelope.mail_from, list(envelope.rcpt_tos), envelope.content)
        return "250 taken"


def _serve_http(mailbox: Mailbox, host: str, port: int) -> None:
    class Pages(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server wants
            url = urllib.parse.urlsplit(self.path)
            query = urllib.parse.parse_qs(url.query)
            pages = {"/messages": lambda: mailbox.messages(query.get("order", [None])[0]), "/counts": mailbox.counts}
            page = pages.get(url.path)
            body = json.dumps(page() if page else {"pages": sorted(pages)}, indent=1).encode()
            self.send_response(200 if page else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments) -> None:
            pass

    http.server.ThreadingHTTPServer.daemon_threads = True
    http.server.ThreadingHTTPServer((host, port), Pages).serve_forever()


async def _serve_smtp(mailbox: Mailbox, host: str, port: int, utf8: bool) -> None:
    handler = _Recipients(mailbox)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="mail.ordermesh.localhost", ident="Ordermesh mail sink", enable_SMTPUTF8=utf8),
        host,
        port,
    )
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with server:
        await over.wait()


def main() -> None:
    parser = argparse.ArgumentParser("mail_sink.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--http", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--no-smtputf8", action="store_true", help="as a server that knows addresses in ASCII only")
    options = parser.parse_args()
    mailbox = Mailbox(options.dir)
    threading.Thread(target=_serve_http, args=(mailbox, options.host, options.http), daemon=True).start()
    asyncio.run(_serve_smtp(mailbox, options.host, options.smtp, not options.no_smtputf8))


if __name__ == "__main__":
    main()
