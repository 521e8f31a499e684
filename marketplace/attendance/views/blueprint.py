"""The pages of the clock, and how a form of theirs is answered."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from marketplace.web import Pages
from marketplace.web.forms import Form

pages = Pages("attendance", __name__)


def form_page(template: str, form: Form, **context: Any) -> ResponseReturnValue:
    """The page of a form: 422 when it was sent and is shown again with what is wrong."""
    return render_template(template, form=form, **context), 422 if form.is_submitted() else 200
