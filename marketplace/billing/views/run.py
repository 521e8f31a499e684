"""The invoice run in two clicks: look at what would be issued, issue it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.permissions import Permission
from marketplace.accounts.signing_in import current_person, settings
from marketplace.billing.forms import RunForm
from marketplace.billing.invoicing import Preview, PreviewChanged, issue, last_sunday, preview
from marketplace.billing.views import pages
from marketplace.kernel.clock import now
from marketplace.kernel.money import dollars
from marketplace.kernel.spans import local_day
from marketplace.web.asking import asked_day
from marketplace.web.previews import read_seen, ticked, written_seen


@pages.form("/run", may=Permission.INVOICE_RUN, fresh=True)
def run() -> Any:
    """Preview of all approved, unbilled time; POST issues what the preview showed."""
    until = asked_day("until") or last_sunday(local_day(now(), settings().agency_time_zone))
    form = RunForm(data={"until": until})
    if request.method != "POST":
        return _shown(preview(until), form)
    only = ticked("facility")
    if form.validate() and not only:
        form.refuse(_("Nothing was ticked, so nothing was issued."))
    if form.errors:
        return _shown(preview(form.until.data or until), form), 422
    seen = read_seen(form.seen.data)
    try:
        invoices = issue(form.until.data, current_person(), now(), only=only, seen=seen)
    except PreviewChanged as error:
        return _shown(preview(form.until.data), form, changed=seen, why=error.sentence), 409
    total = dollars(sum(invoice.total_cents for invoice in invoices))
    flash(
        ngettext(
            "%(num)d invoice over %(total)s issued.",
            "%(num)d invoices over %(total)s issued.",
            len(invoices),
            total=total,
        )
    )
    return redirect(url_for(".index"), 303)


def _shown(seen: Preview, form: RunForm, changed: dict[int, tuple[int, int]] | None = None, why: str = "") -> str:
    return render_template(
        "billing/run.html",
        preview=seen,
        form=form,
        seen=written_seen(seen.seen),
        changed=changed,
        why=why,
    )
