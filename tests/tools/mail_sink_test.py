"""tools/mail_sink.py as a mail client and as its reader see it."""

import email.message
import json
import smtplib
import subprocess
import urllib.request
import uuid

import pytest

from ordermesh import paths

STACK = str(paths.REPOSITORY / "tools" / "stack")


@pytest.fixture(scope="module")
def sink():
    directory = paths.scratch_root() / f"ordermesh-test-mail-{uuid.uuid4().hex[:8]}"
    subprocess.run([STACK, "up", "--dir", str(directory), "--only", "mail"], check=True, stdout=subprocess.PIPE)
    yield json.loads((directory / "stack.json").read_text())["servers"]["mail"]
    subprocess.run([STACK, "down", "--dir", str(directory)], check=True)


def send(sink: dict, recipient: str, text: str = "hello", encoding: str = "7bit") -> None:
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", recipient, "An order"
    message["Message-ID"] = f"<{uuid.uuid4()}@example.com>"
    message.set_content(text, cte=encoding)
    with smtplib.SMTP(sink["smtp"]) as client:
        client.send_message(message)


def read(sink: dict, path: str):
    with urllib.request.urlopen(sink["url"] + path, timeout=5) as answer:
        return json.load(answer)


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_a_message_is_found_by_the_order_that_it_names(sink, encoding):
    order = str(uuid.uuid4())
    send(sink, "anna@example.com", f"{'so long a line ' * 6}order {order} was taken", encoding)
    (mail,) = read(sink, f"/messages?order={order}")
    assert (mail["to"], mail["subject"], order in mail["text"]) == (["anna@example.com"], "An order", True)
    assert read(sink, f"/messages?order={uuid.uuid4()}") == []


@pytest.mark.parametrize("recipient", ["refuse@example.com", "anna-refuse@example.com"])
def test_a_refused_recipient_gets_nothing_ever(sink, recipient):
    taken = read(sink, "/counts")["messages"]
    for _ in range(3):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            send(sink, recipient)
        assert refusal.value.recipients[recipient][0] == 550
    assert read(sink, "/counts")["messages"] == taken
    assert read(sink, "/counts")["refused"][recipient] == 3


@pytest.mark.parametrize(("recipient", "times"), [("defer@example.com", 2), ("bob.defer+3@example.com", 3)])
def test_a_deferred_recipient_gets_its_mail_in_the_end(sink, recipient, times):
    for _ in range(times):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            send(sink, recipient)
        assert refusal.value.recipients[recipient][0] == 451
    send(sink, recipient)
    assert read(sink, "/counts")["deferred"][recipient] == times
    assert [mail["to"] for mail in read(sink, "/messages")].count([recipient]) == 1
