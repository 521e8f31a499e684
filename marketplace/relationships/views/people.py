"""The coordinators a facility knows: who worked there or was asked, favorites, and whom it does not want back."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.texts import education_words
from marketplace.db import session
from marketplace.facilities.models import PreferenceKind, PreferenceSide
from marketplace.facilities.policy import check_may_prefer, may_prefer
from marketplace.facilities.preferences import LONGEST_REASON, prefer, stop_preferring
from marketplace.facilities.queries import zone_of
from marketplace.kernel import Invalid, NotFound, hours_and_minutes, now
from marketplace.relationships.work_history import SORTED_BY, WorkHistory, known_by, knows_best, one_of
from marketplace.web import Pages, asked_word, csv_download, flash_with_undo, language_name, page_of
from marketplace.web.forms import Form, Notes

pages = Pages("people", __name__, url_prefix="/people")

MOST_EXPORTED = 20_000
FACILITY, FAVOURITE, BLOCK = PreferenceSide.FACILITY, PreferenceKind.FAVOURITE, PreferenceKind.BLOCK


class DoNotReturnForm(Form):
    """Why somebody shall not come back."""

    reason = Notes(
        _l("Why"),
        limit=LONGEST_REASON,
        description=_l("The agency reads this, the coordinator does not. No patient data, please."),
    )


def _facility_id() -> int:
    found = current_person().facility_id
    if found is None:
        raise NotFound(_("Only facilities have people of their own. The agency finds everybody under Coordinators."))
    return found


def _asked() -> dict[str, Any]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {
        "text": asked_word("q"),
        "line": asked_word("line"),
        "kind": asked_word("kind", set(PreferenceKind)),
        "sort": sort or "-hours",
    }


@pages.get("", may=Permission.NEED_SEE)
def index() -> str:
    """Everybody the facility knows, filtered, sorted and paged; above, who knows it best for each kind of work."""
    person, facility_id = current_person(), _facility_id()
    asked = _asked()
    found = page_of(known_by(facility_id, now(), **asked), scalars=False)
    return render_template(
        "relationships/index.html",
        page=found,
        people=[WorkHistory(*row) for row in found.items],
        knows_best=knows_best(facility_id),
        asked=asked,
        lines=line_names(),
        zone=zone_of(facility_id),
        may_prefer=may_prefer(person, facility_id),
    )


@pages.get("/export.csv", may=Permission.NEED_SEE)
def export() -> ResponseReturnValue:
    """The same list for a spreadsheet, with the same filters."""
    rows = session.execute(known_by(_facility_id(), now(), **_asked()).limit(MOST_EXPORTED))
    head = (
        "name",
        "service lines",
        "languages",
        "rating",
        "shifts here",
        "hours here",
        "first day",
        "last day",
        "favorite",
        "do not return",
    )
    return csv_download(
        f"people-{now():%Y-%m-%d}",
        head,
        (
            (
                one.name, " ".join(one.service_lines), " ".join(one.languages), one.rating, one.shifts,
                hours_and_minutes(one.minutes), one.first_at and one.first_at.date(), one.last_at and one.last_at.date(),
                "yes" if one.kind is FAVOURITE else "no", "yes" if one.kind is BLOCK else "no",
            )
            for one in (WorkHistory(*row) for row in rows)
        ),
    )  # fmt: skip


@pages.get("/<int:coordinator_id>", may=Permission.NEED_SEE)
def show(coordinator_id: int) -> ResponseReturnValue:
    """What the facility knows of one coordinator."""
    return _page(coordinator_id, DoNotReturnForm(formdata=None))


def _page(coordinator_id: int, form: DoNotReturnForm) -> ResponseReturnValue:
    facility_id = _facility_id()
    known = one_of(facility_id, coordinator_id, now())
    lines = line_names()
    page = render_template(
        "relationships/show.html",
        one=known,
        form=form,
        lines=[lines.get(code, code) for code in known.service_lines],
        tongues=[language_name(code) for code in known.languages],
        education=education_words()[known.education],
        zone=zone_of(facility_id),
        may_prefer=may_prefer(current_person(), facility_id),
    )
    return page, 422 if form.errors else 200


@pages.post("/<int:coordinator_id>/favorite", may=Permission.OFFER_SEND)
def favorite(coordinator_id: int) -> ResponseReturnValue:
    """She is asked first from now on."""
    facility_id, at = _facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    prefer(facility_id, known.id, FACILITY, FAVOURITE, name=known.name, by=current_person(), at=at)
    flash_with_undo(
        _("%(name)s is a favorite now.", name=known.name), url_for(".end_favorite", coordinator_id=known.id)
    )
    return redirect(url_for(".show", coordinator_id=known.id), 303)


@pages.post("/<int:coordinator_id>/favorite/end", may=Permission.OFFER_SEND)
def end_favorite(coordinator_id: int) -> ResponseReturnValue:
    """She is one among others again."""
    return _end(coordinator_id, FAVOURITE, _("%(name)s is no longer a favorite."))


@pages.post("/<int:coordinator_id>/do-not-return", may=Permission.OFFER_SEND)
def block(coordinator_id: int) -> ResponseReturnValue:
    """She is not offered here any more."""
    facility_id, at = _facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    form = DoNotReturnForm()
    if form.validate():
        try:
            prefer(
                facility_id,
                known.id,
                FACILITY,
                BLOCK,
                name=known.name,
                by=current_person(),
                at=at,
                reason=form.reason.data,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(
                " ".join(
                    filter(None, (_("%(name)s is not offered to you any more.", name=known.name), _still(known.ahead)))
                )
            )
            return redirect(url_for(".show", coordinator_id=known.id), 303)
    return _page(coordinator_id, form)


@pages.post("/<int:coordinator_id>/do-not-return/end", may=Permission.OFFER_SEND)
def unblock(coordinator_id: int) -> ResponseReturnValue:
    """She may come back."""
    return _end(coordinator_id, BLOCK, _("%(name)s may be offered to you again."))


def _end(coordinator_id: int, kind: PreferenceKind, said: str) -> ResponseReturnValue:
    facility_id, at = _facility_id(), now()
    known = one_of(facility_id, coordinator_id, at)
    check_may_prefer(current_person(), facility_id)
    stop_preferring(facility_id, known.id, FACILITY, kind, name=known.name, by=current_person(), at=at)
    flash(said % {"name": known.name})
    return redirect(url_for(".show", coordinator_id=known.id), 303)


def _still(booked: int) -> str:
    if not booked:
        return ""
    return str(
        ngettext(
            "%(num)d shift is still booked: cancel it on its own page if nobody should come.",
            "%(num)d shifts are still booked: cancel them on their own pages if nobody should come.",
            booked,
        )
    )
