"""A need is put on hold, resumed or closed."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.coverage import closing
from marketplace.coverage.views.blueprint import pages
from marketplace.kernel import BIGGEST_VERSION, digits, now
from marketplace.needs.models import Need
from marketplace.needs.policy import check_may_change
from marketplace.needs.queries import visible_to, with_details
from marketplace.web import check_version, get_or_404


@pages.post("/needs/<int:need_id>/hold", may=Permission.NEED_POST)
def hold(need_id: int) -> ResponseReturnValue:
    """Stop filling for now."""
    need = _to_change(need_id)
    withdrawn = closing.hold(need, current_person(), now())
    flash(" ".join(filter(None, (_("On hold. Who is booked stays booked."), _taken_back(withdrawn)))))
    return redirect(url_for(".show", need_id=need.id), 303)


@pages.post("/needs/<int:need_id>/resumption", may=Permission.NEED_POST)
def resume(need_id: int) -> ResponseReturnValue:
    """Fill seats again."""
    need = _to_change(need_id)
    closing.resume(need, current_person(), now())
    flash(_("Seats are filled again."))
    return redirect(url_for(".show", need_id=need.id), 303)


@pages.post("/needs/<int:need_id>/closing", may=Permission.NEED_POST)
def close(need_id: int) -> ResponseReturnValue:
    """Leave the open seats empty."""
    need = _to_change(need_id)
    withdrawn = closing.close(need, current_person(), now())
    flash(" ".join(filter(None, (_("Closed. Who is booked stays booked."), _taken_back(withdrawn)))))
    return redirect(url_for(".show", need_id=need.id), 303)


def _to_change(need_id: int) -> Need:
    need = get_or_404(with_details(visible_to(current_person())), need_id)
    check_may_change(current_person(), need)
    version = request.form.get("version", "")
    check_version(need, digits(version, BIGGEST_VERSION))
    return need


def _taken_back(offers: int) -> str:
    if not offers:
        return ""
    return str(ngettext("%(num)d waiting offer was withdrawn.", "%(num)d waiting offers were withdrawn.", offers))
