# mypy: disallow-subclassing-any=False
"""Forms about an agreement: terms, rates, a signature, the reason of its end."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.catalogue.lists import NET_DAYS, STANDARD_NET_DAYS
from marketplace.contracts.cancellation_policy import CancellationPolicy
from marketplace.contracts.drafting import LONGEST_PO, AgreementTerms
from marketplace.contracts.models import Agreement, Overtime, StandardRate
from marketplace.contracts.rate_card import MOST_RATE, CardRow
from marketplace.contracts.rates import complete_rate
from marketplace.contracts.signing import LONGEST_NAME, LONGEST_REASON
from marketplace.kernel import Invalid
from marketplace.web.forms import Choice, Day, DollarAmount, Form, Tick, WholeNumber, Words

NET = [(str(days), f"NET {days}") for days in NET_DAYS]
HOUR = 60


class Percent(DollarAmount):
    """A percentage with at most two decimals; `data` is in hundredths of a percent."""

    def read(self, text: str) -> int:
        try:
            return super().read(text.strip().removesuffix("%"))
        except ValueError as error:
            raise ValueError(_l("Write the markup in percent, such as 33.33, at most 1,000.")) from error
        except Invalid as error:
            raise Invalid("Write the markup in percent, such as 33.33, at most 1,000.", self.name) from error


class TermsForm(Form):
    """The terms of a master agreement."""

    effective_from = Day(_l("First day"))
    effective_until = Day(_l("Last day"), required=False)
    net_days = Choice(_l("Invoices are due"), NET)
    overtime = Choice(
        _l("Overtime"),
        [("none", _l("None")), ("weekly", _l("Over 40 hours a week, at 1.5 times"))],
    )
    rounding_minutes = Choice(
        _l("Rounding"),
        [
            ("0", _l("By the minute")),
            ("5", _l("Nearest 5 minutes")),
            ("6", _l("Nearest 6 minutes")),
            ("15", _l("Nearest 15 minutes")),
        ],
    )
    po_number = Words(_l("Purchase order number"), limit=LONGEST_PO, required=False)
    transparent = Tick(_l("The facility may read what coordinators are paid"))
    free_hours = WholeNumber(_l("Free until (hours before)"), 0, 720)
    late_minutes = WholeNumber(_l("Late: minutes paid"), 0, 1440)
    long_hours = WholeNumber(_l("Free with more than (hours)"), 1, 720)
    middle_hours = WholeNumber(_l("At least (hours)"), 1, 720)
    middle_points = WholeNumber(_l("Points lost"), 0, 100)
    short_hours = WholeNumber(_l("At least (hours)"), 1, 720)
    short_points = WholeNumber(_l("Points lost"), 0, 100)
    last_points = WholeNumber(_l("Points lost with less"), 0, 100)
    no_show_points = WholeNumber(_l("Points lost by not coming"), 0, 1000)

    def policy(self) -> CancellationPolicy:
        """Raises Invalid when less notice would cost less."""
        try:
            return CancellationPolicy(
                coordinator_tiers=(
                    (self.long_hours.data * HOUR + 1, 0),
                    (self.middle_hours.data * HOUR, -self.middle_points.data),
                    (self.short_hours.data * HOUR, -self.short_points.data),
                    (0, -self.last_points.data),
                ),
                no_show_points=-self.no_show_points.data,
                facility_free_notice=self.free_hours.data * HOUR,
                late_minutes=self.late_minutes.data,
            )
        except Invalid as error:
            raise error.at("middle_hours") from error

    def terms(self) -> AgreementTerms:
        return AgreementTerms(
            effective_from=self.effective_from.data,
            effective_until=self.effective_until.data,
            net_days=int(str(self.net_days.data)),
            overtime=Overtime(str(self.overtime.data)),
            rounding_minutes=int(str(self.rounding_minutes.data)),
            cancellation=self.policy(),
            po_number=self.po_number.data,
            transparent=bool(self.transparent.data),
        )


def policy_fields(policy: CancellationPolicy) -> dict[str, int]:
    """A policy as `TermsForm` shows it; one with other tiers than four begins from the standard."""
    shown = policy if len(policy.coordinator_tiers) == 4 else CancellationPolicy()
    long, middle, short, last = shown.coordinator_tiers
    return {
        "free_hours": policy.facility_free_notice // HOUR,
        "late_minutes": policy.late_minutes,
        "long_hours": long[0] // HOUR,
        "middle_hours": middle[0] // HOUR,
        "middle_points": -middle[1],
        "short_hours": short[0] // HOUR,
        "short_points": -short[1],
        "last_points": -last[1],
        "no_show_points": -policy.no_show_points,
    }


def terms_fields(agreement: Agreement) -> dict[str, Any]:
    """The terms of an agreement as the form shows them."""
    return {
        "effective_from": agreement.effective_from,
        "effective_until": agreement.effective_until,
        "net_days": str(agreement.net_days),
        "overtime": agreement.overtime.value,
        "rounding_minutes": str(agreement.rounding_minutes),
        "po_number": agreement.po_number,
        "transparent": agreement.transparent,
        **policy_fields(agreement.policy),
    }


def standard_terms_fields(first: date) -> dict[str, Any]:
    """The terms with which a new agreement begins, as the form shows them."""
    return {
        "effective_from": first,
        "net_days": str(STANDARD_NET_DAYS),
        "overtime": "none",
        "rounding_minutes": "0",
        **policy_fields(CancellationPolicy()),
    }


class BaaForm(Form):
    """The days of a BAA."""

    effective_from = Day(_l("First day"))
    effective_until = Day(_l("Last day"), required=False)


class PartyForm(Form):
    """With whom a new agreement is made."""

    kind = Choice(
        _l("What"),
        [
            ("master", _l("Master agreement with a facility")),
            ("baa", _l("BAA with a facility")),
            ("baa_coordinator", _l("BAA with a coordinator")),
        ],
    )
    facility = Choice(_l("Facility"), required=False, keys=True)
    coordinator = Choice(_l("Coordinator"), required=False, keys=True)


class RateForm(Form):
    """A rate of the card: any two of bill, pay and markup give the third."""

    service_line = Choice(_l("Kind of work"))
    bill = DollarAmount(_l("Billed an hour"), least=1, most=MOST_RATE, required=False)
    pay = DollarAmount(_l("Paid an hour"), least=1, most=MOST_RATE, required=False)
    markup = Percent(_l("Markup on pay, %"), most=100_000, required=False)
    valid_from = Day(_l("From"), required=False)
    valid_until = Day(_l("To"), required=False)

    def row(self) -> CardRow:
        """Raises Invalid with fewer than two figures, or three that disagree."""
        rate = complete_rate(self.bill.data, self.pay.data, self.markup.data)
        return CardRow(
            str(self.service_line.data), rate.bill_cents, rate.pay_cents, self.valid_from.data, self.valid_until.data
        )


class SignForm(Form):
    """A typed signature."""

    name = Words(_l("Your name"), limit=LONGEST_NAME)
    read = Tick(
        _l("I have read the text and sign it for the party named in it"),
        must=_l("Read the text first, then tick this."),
    )


class EndForm(Form):
    """Why it is terminated; the other side reads it."""

    reason = Words(_l("Reason"), limit=LONGEST_REASON)


class StandardForm(Form):
    """One line of the agency's own card."""

    bill = DollarAmount(_l("Billed an hour"), least=1, most=MOST_RATE)
    pay = DollarAmount(_l("Paid an hour"), least=1, most=MOST_RATE)

    def write_to(self, row: StandardRate) -> bool:
        """Whether something changed. Raises Invalid when more would be paid than billed."""
        rate = complete_rate(self.bill.data, self.pay.data)
        before = (row.bill_cents, row.pay_cents)
        row.bill_cents, row.pay_cents = rate.bill_cents, rate.pay_cents
        return before != (row.bill_cents, row.pay_cents)
