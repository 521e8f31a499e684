"""A run in two clicks: what a preview showed travels with its form, so that nothing is done that nobody looked at."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from marketplace.kernel import Preview, PreviewChanged, Seen, key
from marketplace.web.forms import Day, Form, Hidden
from marketplace.web.query_args import asked_day

MOST_TICKED = 5000
Done = TypeVar("Done")


class RunForm(Form):
    """`seen` carries what the preview showed."""

    until = Day(_l("Work up to and including"))
    seen = Hidden(limit=200_000)


@dataclass(frozen=True)
class TwoClicks(Generic[Done]):
    """The page of a run: asked for it shows the preview, sent it does what the preview showed for the rows that were ticked.

    `usual` is the day it goes up to unless `until` says another. `act` gets the day, the keys that were ticked and what was
    seen. A run that is no longer what was seen does nothing and is shown again with what changed (409).
    """

    template: str
    usual: date
    tick: str
    nothing_ticked: str
    preview: Callable[[date], Preview[Any]]
    act: Callable[[date, Collection[int], Seen], Done]

    def answer(self, done: Callable[[Done], Any]) -> Any:
        """The page, or what `done` answers to what the act gave."""
        until = asked_day("until") or self.usual
        form = RunForm(data={"until": until})
        if request.method != "POST":
            return self._shown(until, form)
        only = ticked(self.tick)
        if form.validate() and not only:
            form.refuse(self.nothing_ticked)
        if form.errors:
            return self._shown(form.until.data or until, form), 422
        seen = read_seen(form.seen.data)
        try:
            result = self.act(form.until.data, only, seen)
        except PreviewChanged as error:
            return self._shown(form.until.data, form, changed=seen, why=error.sentence), 409
        return done(result)

    def _shown(self, until: date, form: RunForm, changed: Seen | None = None, why: str = "") -> str:
        found = self.preview(until)
        return render_template(
            self.template, preview=found, form=form, seen=written_seen(found.seen), changed=changed, why=why
        )


def written_seen(seen: Mapping[int, tuple[int, int]]) -> str:
    """The content of a preview, as it travels in the form: `7:3:15600;9:1:4200`."""
    return ";".join(f"{key}:{lines}:{cents}" for key, (lines, cents) in sorted(seen.items()))


def read_seen(text: str) -> dict[int, tuple[int, int]]:
    """The same read back; what is damaged shows nothing, so the act is refused and the preview shown again."""
    if not re.fullmatch(r"([0-9]{1,18}:[0-9]{1,9}:[0-9]{1,18}(;|$))*", text):
        return {}
    parts = (part.split(":") for part in text.split(";") if part)
    return {int(key): (int(lines), int(cents)) for key, lines, cents in parts}


def ticked(name: str) -> list[int]:
    """The keys of the rows that were ticked; anything else in the form is no row."""
    given = request.form.getlist(name)[:MOST_TICKED]
    return [found for text in given if (found := key(text)) is not None]
