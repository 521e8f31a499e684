"""Putting a letter into an envelope and handing it over."""

import os
import smtplib
import ssl
import tempfile
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from marketplace.config import Settings
from marketplace.config_values import MailServer
from marketplace.messaging.models import Letter

SECONDS_TO_WAIT = 20


class DeliveryRefused(Exception):
    """The mail server will never take this letter; the text says why, without the address."""


def envelope(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as a message: plain text and HTML, an id that stays the same however often it is sent."""
    message = EmailMessage(policy=policy.SMTP)
    local, _, domain = settings.mail_from.rpartition("@")
    message["From"] = Address(settings.agency_name, local, domain)
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<letter-{letter.id}-{int(letter.written_at.timestamp())}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text_body)
    message.add_alternative(letter.html_body, subtype="html")
    return message


def post(letter: Letter, settings: Settings) -> str:
    """Hand it to the mail server, or lay it in the outbox; returns where it went.

    Raises Refused when trying again is useless, OSError or SMTPException when it is not.
    """
    message = envelope(letter, settings)
    if settings.mail_server is not None:
        _over_smtp(message, settings.mail_server)
        return f"smtp:{settings.mail_server.host}"
    return f"outbox:{_into_outbox(message, letter, settings.outbox).name}"


def _over_smtp(message: EmailMessage, server: MailServer) -> None:
    secure = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS_TO_WAIT, context=secure)
            if server.tls
            else smtplib.SMTP(server.host, server.port, timeout=SECONDS_TO_WAIT) as line
        ):
            if not server.tls and line.has_extn("starttls"):
                line.starttls(context=secure)
            if server.username is not None:
                line.login(server.username, server.password or "")
            line.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        if all(code >= 500 for code in codes):
            raise DeliveryRefused(f"the mail server refused the address ({', '.join(map(str, codes))})") from None
        raise


def _into_outbox(message: EmailMessage, letter: Letter, outbox: Path) -> Path:
    """Whole or not at all; the same letter always under the same name."""
    outbox.mkdir(parents=True, exist_ok=True)
    file = outbox / f"{letter.written_at:%Y%m%d-%H%M%S}-{letter.id}.eml"
    handle, draft = tempfile.mkstemp(dir=outbox, prefix=".letter")
    with os.fdopen(handle, "wb") as stream:
        stream.write(bytes(message))
    Path(draft).replace(file)
    return file
