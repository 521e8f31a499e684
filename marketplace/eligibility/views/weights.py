"""The weights of the score: what each part can give, what other weights would change, and who set which and why."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.authentication.sign_in import current_person
from marketplace.accounts.authentication.sign_in import settings as of_the_site
from marketplace.accounts.permissions import Permission
from marketplace.assignments.policy import check_may_weigh
from marketplace.eligibility.forms import WeightsForm
from marketplace.eligibility.rule_texts import PART_WORDS
from marketplace.eligibility.score_weights import differences, fitted, history, in_force, offered, once_set, set_weights
from marketplace.eligibility.views.blueprint import pages
from marketplace.eligibility.weight_forecast import forecast
from marketplace.kernel import Invalid, now
from marketplace.web import asked_number

HISTORY, ROWS = 12, 8


@pages.form("/rules/weights", may=Permission.MATCH_PLAN)
def weights() -> ResponseReturnValue:
    """Look at the weights and their history, or set them anew; `again` brings back those of an earlier set to look at."""
    person = current_person()
    check_may_weigh(person)
    again = asked_number("again")
    earlier = once_set(again) if again is not None else None
    stands = in_force()
    form = WeightsForm(obj=offered(earlier or stands.weights))
    if not form.is_submitted():
        form.looked_at = offered(earlier) if earlier else None
        return _page(form)
    wanted = form.checked()
    if wanted is None:
        return _page(form), 422
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
    wanted = form.checked()
    return _page(form), 200 if wanted else 422


@pages.look("/rules/weights/fitting", may=Permission.MATCH_PLAN)
def weights_fitting() -> ResponseReturnValue:
    """The weights in the form in the same proportions, so that they add up; nothing is set."""
    check_may_weigh(current_person())
    form = WeightsForm()
    if not form.validate() or not sum(form.amounts):
        form.checked()
        return _page(form), 422
    form.show(fitted(form.amounts))
    return _page(form)


def _page(form: WeightsForm) -> str:
    """The page; with the changes that the weights looked at would make."""
    stands, wanted = in_force(), form.looked_at
    other = wanted is not None and wanted != stands.weights
    return render_template(
        "eligibility/weights.html",
        looked_at=forecast(wanted, now()) if wanted and other else None,
        same=wanted is not None and not other,
        changes=differences(stands.weights, wanted) if wanted else [],
        rows=ROWS,
        form=form,
        parts=form.parts,
        part_words=PART_WORDS,
        stands=stands,
        default=once_set(0),
        total=sum(form.amounts),
        may_fit=form.may_fit,
        history=history(HISTORY),
        most=form.most,
        zone=of_the_site().agency_time_zone,
    )
