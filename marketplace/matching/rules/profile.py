"""Hard rules about the person and the match of abilities: account, screening, skills, pay, blocks, country."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from marketplace.kernel import N_, Coded, Dollars, JoinedList, Phrase, counted
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.verdicts import Finding, fails, passes, rule

LEVELS = {1: N_("basic"), 2: N_("working"), 3: N_("advanced")}

_ACTIVE = passes(Phrase("The account is active."))
_NO_HOLD = passes(Phrase("Exclusion screening shows no hold."))
_NO_LANGUAGE = passes(Phrase("No language is asked for."))
_NO_EHR = passes(Phrase("No EHR experience is asked for."))
_NO_EDUCATION = passes(Phrase("No minimum education is asked for."))
_NO_EXPERIENCE = Phrase("No minimum experience is asked for.")
_PAY_REACHES = Phrase("The pay reaches the minimum set by the coordinator.")
_NOT_BLOCKED = passes(Phrase("The coordinator has not blocked this facility."))
_MAY_RETURN = passes(Phrase("The facility has no do-not-return in place."))
_INSIDE = Phrase("The work is done inside the US.")


def _language(code: str) -> Coded:
    return Coded("language", code)


def _languages(codes: Iterable[str]) -> JoinedList:
    return JoinedList([_language(code) for code in sorted(codes)], ", ")


def missing_levels(
    has: Mapping[str, int], wanted: Mapping[str, int], named: Callable[[str], object] = str
) -> list[object]:
    """The names of what is wanted and missing: Spanish, or Epic (working, advanced is asked for)."""
    found: list[object] = []
    for code in sorted(wanted):
        level = has.get(code, 0)
        if level == 0:
            found.append(named(code))
        elif level < wanted[code]:
            found.append(
                Phrase(
                    "%(what)s (%(has)s, %(wanted)s is asked for)",
                    what=named(code),
                    has=_level(level),
                    wanted=_level(wanted[code]),
                )
            )
    return found


def _level(level: int) -> object:
    return Phrase(LEVELS[level]) if level in LEVELS else level


@rule("active_account", 1, "Active account", "The coordinator's account is active.")
def active_account(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if coordinator.active:
        return _ACTIVE
    return fails(Phrase("The account is not active."), Phrase("inactive"), context.as_of.date())


@rule(
    "exclusion_screening",
    1,
    "Exclusion screening",
    "No hit in the federal exclusion lists (LEIE, SAM) is waiting for a person's decision or has been confirmed.",
)
def exclusion_screening(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if coordinator.exclusion_hold is None:
        return _NO_HOLD
    return fails(
        Phrase("Exclusion screening holds this coordinator back until the agency has decided."),
        coordinator.exclusion_hold,
        context.as_of.date(),
    )


@rule("service_line", 1, "Service line", "The coordinator works in the shift's service line.")
def service_line(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.service_line in coordinator.service_lines:
        line = Coded("line", shift.service_line)
        return passes(Phrase("Works in %(line)s.", line=line), line)
    return fails(
        Phrase("Does not work in %(line)s.", line=Coded("line", shift.service_line)),
        JoinedList([Coded("line", code) for code in sorted(coordinator.service_lines)], ", "),
    )


@rule("languages", 1, "Languages", "The coordinator speaks every language the shift asks for.")
def languages(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    missing = missing_levels(coordinator.languages, shift.languages, _language)
    if missing:
        why = Phrase("Missing language: %(languages)s.", languages=JoinedList(missing))
        return fails(why, _languages(coordinator.languages))
    if not shift.languages:
        return _NO_LANGUAGE
    return passes(
        Phrase("Speaks %(languages)s.", languages=JoinedList([_language(code) for code in sorted(shift.languages)])),
        _languages(coordinator.languages),
    )


@rule("ehr", 1, "EHR systems", "The coordinator knows every EHR system the shift uses.")
def ehr(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    missing, knows = missing_levels(coordinator.ehr, shift.ehr), JoinedList(sorted(coordinator.ehr), ", ")
    if missing:
        return fails(Phrase("Missing EHR experience: %(systems)s.", systems=JoinedList(missing)), knows)
    if not shift.ehr:
        return _NO_EHR
    return passes(Phrase("Knows %(systems)s.", systems=JoinedList(sorted(shift.ehr))), knows)


@rule(
    "education",
    1,
    "Education",
    "The coordinator's education reaches the minimum this shift states; without one, any is enough.",
)
def education(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    wanted, has, order = shift.min_education, coordinator.education, context.policy.education_order
    if not wanted:
        return _NO_EDUCATION
    asked = Coded("education", wanted)
    if not has:
        return fails(Phrase("Education is not stated; %(wanted_education)s is asked for.", wanted_education=asked))
    stated = Coded("education", has)
    why = Phrase(
        "Education is %(education)s; %(wanted_education)s is asked for.", education=stated, wanted_education=asked
    )
    if has == wanted or (wanted in order and has in order and order.index(has) >= order.index(wanted)):
        return passes(why, stated)
    return fails(why, stated)


@rule("experience", 1, "Experience", "The coordinator has at least the years of experience the shift asks for.")
def experience(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    years, wanted = coordinator.years_experience, shift.min_years
    if not wanted:
        return passes(_NO_EXPERIENCE, str(years))
    why = counted(
        years,
        N_("1 year of experience; %(wanted_count)s asked for."),
        N_("%(count)s years of experience; %(wanted_count)s asked for."),
        wanted_count=wanted,
    )
    return (passes if years >= wanted else fails)(why, str(years))


@rule("pay", 1, "Pay", "The shift pays at least the hourly minimum the coordinator set.")
def pay(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    # The sentence names the difference only: the facility may not know the pay rate, nor anyone's minimum.
    short = coordinator.min_pay_cents - shift.pay_rate_cents
    datum = Phrase(
        "pays %(amount)s/h, minimum %(least_amount)s/h",
        amount=Dollars(shift.pay_rate_cents),
        least_amount=Dollars(coordinator.min_pay_cents),
    )
    if short <= 0:
        return passes(_PAY_REACHES, datum)
    return fails(
        Phrase("The pay is %(amount)s/h below the minimum set by the coordinator.", amount=Dollars(short)), datum
    )


@rule("coordinator_block", 1, "Blocked by the coordinator", "The coordinator has not blocked the facility.")
def coordinator_block(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.facility_id in coordinator.blocked_facilities:
        why = Phrase("The coordinator has chosen not to work for this facility.")
        return fails(why, Phrase("blocked"), context.as_of.date())
    return _NOT_BLOCKED


@rule("do_not_return", 1, "Do not return", "The facility has not asked that the coordinator does not return.")
def do_not_return(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.facility_id in coordinator.blocked_by_facilities:
        why = Phrase("The facility has asked for a do-not-return.")
        return fails(why, Phrase("do-not-return"), context.as_of.date())
    return _MAY_RETURN


@rule(
    "offshore",
    1,
    "Work inside the US",
    "Where a payer of the Medicare or Medicaid kind asks for work done inside the US, the coordinator works there.",
)
def offshore(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    country, words = Coded("country", coordinator.country), context.policy.onshore_payer_words
    if coordinator.country in context.policy.onshore_countries:
        return passes(_INSIDE, country)
    payers = sorted(payer for payer in shift.payer_mix if any(word in payer.lower() for word in words))
    if payers:
        why = Phrase(
            "The payer mix includes %(payers)s: work must be done inside the US, not in %(country)s.",
            payers=JoinedList([Coded("payer", payer) for payer in payers]),
            country=country,
        )
        return fails(why, country)
    if not shift.offshore_allowed:
        return fails(
            Phrase("The contract asks for work done inside the US, not in %(country)s.", country=country), country
        )
    return passes(Phrase("Payers and contract allow work from %(country)s.", country=country), country)
