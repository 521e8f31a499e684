"""The coordinators a facility knows: who worked there or was asked, favorites, and whom it does not want back."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.permissions import Permission
from marketplace.catalogue.queries import line_names
from marketplace.coordinators.texts import education_words
from marketplace.facilities.policy import may_prefer
from marketplace.facilities.queries import zone_of
from marketplace.kernel import NotFound, hours_and_minutes, now
from marketplace.relationships.forms import DoNotReturnForm
from marketplace.relationships.work_history import KINDS, SORTED_BY, WorkHistory, exported, known_by, knows_best, one_of
from marketplace.web import MOST_EXPORTED, Pages, asked_word, csv_download, language_name, page_of

pages = Pages("people", __name__, url_prefix="/people")


def own_facility_id() -> int:
    """The facility of the person who asks; raises NotFound for anybody else."""
    found = current_person().facility_id
    if found is None:
        raise NotFound(_("Only facilities have people of their own. The agency finds everybody under Coordinators."))
    return found


def _asked() -> dict[str, Any]:
    sort = asked_word("sort", {*SORTED_BY, *(f"-{key}" for key in SORTED_BY)})
    return {
        "text": asked_word("q"),
        "line": asked_word("line"),
        "kind": asked_word("kind", KINDS),
        "sort": sort or "-hours",
    }


@pages.get("", may=Permission.NEED_SEE)
def index() -> str:
    """Everybody the facility knows, filtered, sorted and paged; above, who knows it best for each kind of work."""
    person, facility_id = current_person(), own_facility_id()
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
    everybody = exported(own_facility_id(), now(), MOST_EXPORTED, **_asked())
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
                "yes" if one.is_favorite else "no", "yes" if one.is_blocked else "no",
            )
            for one in everybody
        ),
    )  # fmt: skip


@pages.get("/<int:coordinator_id>", may=Permission.NEED_SEE)
def show(coordinator_id: int) -> ResponseReturnValue:
    """The page of one coordinator whom the facility knows."""
    return page_about(coordinator_id, DoNotReturnForm(formdata=None))


def page_about(coordinator_id: int, form: DoNotReturnForm) -> ResponseReturnValue:
    """The page of one coordinator with this form; 422 when the form has errors."""
    facility_id = own_facility_id()
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
