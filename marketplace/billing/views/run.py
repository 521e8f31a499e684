"""The invoice run in two clicks: look at what would be issued, issue it."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person, settings
from marketplace.accounts.permissions import Permission
from marketplace.billing.invoicing import issue, last_sunday, preview
from marketplace.billing.models import Invoice
from marketplace.billing.views.blueprint import pages
from marketplace.kernel import dollars, local_day, now
from marketplace.web import TwoClicks


@pages.form("/run", may=Permission.INVOICE_RUN, fresh=True)
def run() -> Any:
    """Preview of all approved, unbilled time; POST issues what the preview showed."""
    return TwoClicks(
        template="billing/run.html",
        usual=last_sunday(local_day(now(), settings().agency_time_zone)),
        tick="facility",
        nothing_ticked=_("Nothing was ticked, so nothing was issued."),
        preview=preview,
        act=lambda until, only, seen: issue(until, current_person(), now(), only=only, seen=seen),
    ).answer(_issued)


def _issued(invoices: list[Invoice]) -> Any:
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
