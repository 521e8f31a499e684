"""Telling people: a notice under somebody's bell, a letter to an address. Both belong to the act that causes them.

What is told is a `Phrase`. A notice keeps it and is read in the language its reader has at that moment; a letter is written in
the language of whoever gets it. Only each concept's `notifications.py` calls these.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select, update

from marketplace.config import ROOT, settings_in_force
from marketplace.db import as_system, enqueue, session
from marketplace.kernel import ENGLISH, Phrase, clean_text, worded
from marketplace.messaging.languages import catalogue, language_of
from marketplace.messaging.models import Letter, Notice

LONGEST_SUBJECT = 200


class Reader(Protocol):
    """Somebody with an account."""

    @property
    def id(self) -> int: ...

    @property
    def email(self) -> str: ...

    @property
    def locale(self) -> str: ...


class Mail(NamedTuple):
    """The text of a letter above its button. A sentence that is a string, such as a typed reason, stands there as it is."""

    subject: Phrase
    sentences: Sequence[Phrase | str]
    button: Phrase


def notify(person: Reader, sentence: Phrase, *, kind: str, link: str, letter: Mail | None = None) -> Notice:
    """Put a line under the person's bell and, with `letter`, write to them too. `link` is a path of this site.

    Raises TypeError when the phrase cannot be kept. `kind` is for counting and filtering.
    """
    notice = Notice(
        person_id=person.id, kind=kind, sentence=sentence.read(ENGLISH), phrase=sentence.as_record(), address=link
    )
    with as_system():
        session.add(notice)
        session.flush()
    if letter is not None:
        write_letter(person.email, letter, kind=kind, link=link, locale=person.locale)
    return notice


def settle(links: Sequence[str], kind: str, at: datetime) -> None:
    """What these notices call for is done: whoever has not read them need not any more."""
    with as_system():
        session.execute(
            update(Notice)
            .where(Notice.address.in_(links), Notice.kind == kind, Notice.read_at.is_(None))
            .values(read_at=at)
            .execution_options(synchronize_session=False)
        )


def write_letter(to: str, mail: Mail, *, kind: str, link: str, locale: str) -> Letter:
    """Write an e-mail in this transaction; a job sends it after the commit, or it is never sent.

    `link` is the page the letter leads to, as a path of this site; the letter gets its full address. `kind` is for
    counting and filtering. Nothing that identifies a patient may be in it: letters leave the house.
    """
    settings, language = settings_in_force(), language_of(locale)
    subject = mail.subject.read(language)
    context = {
        "subject": subject,
        "sentences": [sentence for sentence in (worded(one, language) for one in mail.sentences) if sentence.strip()],
        "button": mail.button.read(language),
        "link": settings.base_url + link,
        "agency_name": settings.agency_name,
        "home": settings.base_url,
        "locale": locale,
    }
    templates = _templates(locale)
    letter = Letter(
        to=to,
        kind=kind,
        subject=clean_text(" ".join(subject.split()), LONGEST_SUBJECT, "subject"),
        text_body=templates.get_template("plain.txt").render(context).strip() + "\n",
        html_body=_in_html(templates.get_template("plain.mjml").render(context)),
    )
    with as_system():
        session.add(letter)
        session.flush()
        enqueue("messaging.send", queue="mail", letter_id=letter.id)
    return letter


def written_to(addresses: Sequence[str], kind: str, since: datetime) -> set[str]:
    """Those of the addresses that got a letter of this kind since then, in small letters."""
    found = select(Letter.to).where(Letter.to.in_(addresses), Letter.kind == kind, Letter.written_at > since)
    with as_system():
        return {address.casefold() for address in session.scalars(found)}


def _in_html(mjml: str) -> str:
    from mjml import mjml2html  # a compiled library of megabytes, which only what writes letters needs

    return str(mjml2html(mjml))


@cache
def _templates(locale: str) -> Environment:
    """The mail templates in one language. A forgotten word fails the act instead of leaving a hole in the letter."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(("mjml",)),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue(locale), newstyle=True)  # type: ignore[attr-defined]
    return environment
