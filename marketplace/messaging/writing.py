"""Writing to people: a letter to an address, a notice under somebody's bell. Both belong to the act that causes them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import current_app, has_app_context
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from marketplace.config import ROOT, Settings
from marketplace.db.jobs import enqueue
from marketplace.db.session import as_system, session
from marketplace.kernel.text import clean_text
from marketplace.messaging.jobs import send
from marketplace.messaging.models import Letter, Notice

LONGEST_SUBJECT = 200


def write_letter(
    to: str, kind: str, subject: str, template: str, *, link: str = "/", locale: str = "en", **context: Any
) -> Letter:
    """Write an e-mail in this transaction; a job sends it after the commit, or it is never sent.

    `template` names `templates/mail/<template>.mjml` and its plain twin `.txt`; "plain" takes `sentences` and `button`.
    `link` is the page the letter leads to, as a path of this site; the templates get its full address. `kind` is for
    counting and filtering. Nothing that identifies a patient may be in it: letters leave the house.
    """
    told = settings()
    everything = {
        **context,
        "subject": subject,
        "link": told.base_url + link,
        "agency_name": told.agency_name,
        "home": told.base_url,
        "locale": locale,
    }
    house = _templates(locale)
    letter = Letter(
        to=to,
        kind=kind,
        subject=clean_text(" ".join(subject.split()), LONGEST_SUBJECT, "subject"),
        text_body=house.get_template(f"{template}.txt").render(everything).strip() + "\n",
        html_body=mjml2html(house.get_template(f"{template}.mjml").render(everything)),
    )
    with as_system():
        session.add(letter)
        session.flush()
        enqueue(send, letter_id=letter.id)
    return letter


def notify(person_id: int, kind: str, sentence: str, address: str) -> Notice:
    """Put a line under the person's bell; `address` is the page it leads to, as a path of this site."""
    notice = Notice(person_id=person_id, kind=kind, sentence=sentence, address=address)
    with as_system():
        session.add(notice)
        session.flush()
    return notice


def words_in(locale: str) -> Callable[[str], str]:
    """The translator of a language, for letters written where nobody's page is being answered."""
    return _translations(locale).ugettext


def settings() -> Settings:
    """Of the application that answers, or in a worker those of the process."""
    if has_app_context():
        found: Settings = current_app.config["SETTINGS"]
        return found
    return Settings.from_environment()


@cache
def _templates(locale: str) -> Environment:
    """The mail templates in one language. A forgotten word fails the act instead of leaving a hole in the letter."""
    house = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=select_autoescape(("mjml",)),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    house.install_gettext_translations(_translations(locale), newstyle=True)  # type: ignore[attr-defined]
    return house


@cache
def _translations(locale: str) -> NullTranslations:
    return Translations.load(ROOT / "marketplace" / "translations", [locale])
