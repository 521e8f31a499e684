"""The room of hours: its pages under one name, and its words for the templates."""

from typing import Any

from marketplace.kernel import N_
from marketplace.timesheets.texts import exception_words, punch_words
from marketplace.web import Pages

pages = Pages("timesheets", __name__)
DAMAGED = N_("This form is damaged. Open the page again and repeat.")


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {"exception_words": exception_words, "punch_words": punch_words}
