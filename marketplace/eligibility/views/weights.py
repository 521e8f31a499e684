"""The weights of the score: what each part can give, what other weights would change, and who set which and why."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.authentication.sign_in import settings as of_the_site
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_weigh
from marketplace.eligibility.forms import WeightsForm
from marketplace.eligibility.models import OFFERED_PARTS
from marketplace.eligibility.rule_texts import PART_WORDS
from marketplace.eligibility.score_weights import (
    differences,
    fitted,
    history,
    in_force,
    offered,
    once_set,
    set_weights,
    weights_of,
)
from marketplace.eligibility.views.blueprint import pages
from marketplace.eligibility.weight_forecast import forecast
from marketplace.kernel import Invalid, now
from marketplace.matching.facts import Weights
from marketplace.matching.scoring import MOST
from marketplace.web import asked_number

HISTORY, ROWS = 12, 8


@pages.form("/rules/weights", may=Permission.MATCH_PLAN)
def weights() -> ResponseReturnValue:
    """Look at the weights and their history, or set them anew; `again` brings back those of an earlier set to look at."""
    person = current_person()
    check_may_weigh(person)
    earlier = _asked_again()
    form = WeightsForm(obj=earlier or offered(in_force().weights))
    if not form.is_submitted():
        return _page(form, earlier)
    wanted = _checked(form)
    if wanted is None:
        return _page(form, _without_note(form)), 422
    stands = in_force()
    if wanted == stands.weights:
        flash(_("Nothing was different: these weights are in force already."))
        return redirect(url_for(".weights"), 303)
    if form.posted_version is None:
        raise Invalid("This form is damaged. Open the page again and repeat.")
    set_weights(wanted, form.note.data or "", form.posted_version, person, now())
    flash(_("In force from now on. What was offered or booked before keeps its score."))
    return redirect(url_for(".weights"), 303)


@pages.look("/rules/weights/preview", may=Permission.MATCH_PLAN)
def weights_preview() -> ResponseReturnValue:
    """The changes that the weights in the form would make; nothing is set."""
    check_may_weigh(current_person())
    form = WeightsForm()
    wanted = _checked(form)
    return _page(form, wanted), 200 if wanted else 422


@pages.look("/rules/weights/fitting", may=Permission.MATCH_PLAN)
def weights_fitting() -> ResponseReturnValue:
    """The weights in the form in the same proportions, so that they add up; nothing is set."""
    check_may_weigh(current_person())
    form = WeightsForm()
    if not form.validate() or not sum(form.amounts):
        _checked(form)
        return _page(form), 422
    wanted = fitted(form.amounts)
    form.fill(getattr(wanted, part) for part in OFFERED_PARTS)
    return _page(form, wanted)


def _asked_again() -> Weights | None:
    number = asked_number("again")
    earlier = once_set(number) if number is not None else None
    return offered(earlier) if earlier else None


def _checked(form: WeightsForm) -> Weights | None:
    """The weights that were typed; None with everything that is wrong written on the form."""
    if not form.validate():
        return None
    total = sum(form.amounts)
    if total == MOST:
        return weights_of(form.amounts)
    if total > MOST:
        form.refuse(
            _(
                "These add up to %(total)s, which is %(more)s more than %(most)s. "
                "Lower some, or have them fitted in the same proportions.",
                total=total,
                more=total - MOST,
                most=MOST,
            )
        )
    else:
        form.refuse(
            _(
                "These add up to %(total)s, which is %(less)s less than %(most)s. "
                "Raise some, or have them fitted in the same proportions.",
                total=total,
                less=MOST - total,
                most=MOST,
            )
        )
    return None


def _without_note(form: WeightsForm) -> Weights | None:
    """The weights that were typed when only the note beside them is wrong: what they change is shown with it again."""
    if any(form[part].errors for part in OFFERED_PARTS) or sum(form.amounts) != MOST:
        return None
    return weights_of(form.amounts)


def _page(form: WeightsForm, wanted: Weights | None = None) -> str:
    """The page; with other weights that were looked at, what they would change."""
    stands = in_force()
    other = wanted is not None and wanted != stands.weights
    return render_template(
        "eligibility/weights.html",
        looked_at=forecast(wanted, now()) if wanted and other else None,
        same=wanted is not None and not other,
        changes=differences(stands.weights, wanted) if wanted else [],
        rows=ROWS,
        form=form,
        parts=OFFERED_PARTS,
        part_words=PART_WORDS,
        stands=stands,
        default=Weights(),
        total=sum(form.amounts),
        may_fit=bool(not any(form[part].errors for part in OFFERED_PARTS) and sum(form.amounts) not in (0, MOST)),
        history=history(HISTORY),
        most=MOST,
        zone=of_the_site().agency_time_zone,
    )
