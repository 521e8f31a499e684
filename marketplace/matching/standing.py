"""Hard rules about the person and the match of abilities: account, screening, skills, pay, blocks, country."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from babel import Locale

from marketplace.kernel.money import dollars
from marketplace.matching.facts import Context, CoordinatorFacts, ShiftFacts
from marketplace.matching.verdicts import Finding, fails, passes, rule

ENGLISH = Locale("en")
LEVEL_WORDS = {1: "basic", 2: "working", 3: "advanced"}


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def language_named(code: str) -> str:
    """Spanish for `es`; a code nobody named stays."""
    return str(ENGLISH.languages.get(code, code))


def missing_levels(has: Mapping[str, int], wanted: Mapping[str, int], named: Callable[[str], str] = str) -> list[str]:
    """What is wanted and not there, each in words: `Spanish`, or `Epic (working, advanced is asked for)`."""
    found = []
    for code in sorted(wanted):
        level = has.get(code, 0)
        if level == 0:
            found.append(named(code))
        elif level < wanted[code]:
            found.append(
                f"{named(code)} ({LEVEL_WORDS.get(level, level)}, {LEVEL_WORDS.get(wanted[code], wanted[code])} is asked for)"
            )
    return found


@rule("active_account", 1, "Active account", "The coordinator's account is active.")
def active_account(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if coordinator.active:
        return passes("The account is active.")
    return fails("The account is not active.", "inactive", context.as_of.date())


@rule(
    "exclusion_screening",
    1,
    "Exclusion screening",
    "No hit in the federal exclusion lists (LEIE, SAM) is waiting for a person's decision or has been confirmed.",
)
def exclusion_screening(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if coordinator.exclusion_hold is None:
        return passes("Exclusion screening shows no hold.")
    return fails(
        "Exclusion screening holds this coordinator back until the agency has decided.",
        coordinator.exclusion_hold,
        context.as_of.date(),
    )


@rule("service_line", 1, "Service line", "The coordinator works in the shift's service line.")
def service_line(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.service_line in coordinator.service_lines:
        return passes(f"Works in {shift.service_line}.", shift.service_line)
    return fails(f"Does not work in {shift.service_line}.", ", ".join(sorted(coordinator.service_lines)))


@rule(
    "languages", 1, "Languages", "The coordinator speaks every language the shift asks for, at the level it asks for."
)
def languages(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    missing = missing_levels(coordinator.languages, shift.languages, language_named)
    if missing:
        return fails(f"Missing language: {_listed(missing)}.", ", ".join(sorted(coordinator.languages)))
    if not shift.languages:
        return passes("No language is asked for.")
    return passes(
        f"Speaks {_listed([language_named(code) for code in sorted(shift.languages)])}.",
        ", ".join(sorted(coordinator.languages)),
    )


@rule("ehr", 1, "EHR systems", "The coordinator knows every EHR system the shift uses, at the level it asks for.")
def ehr(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    missing = missing_levels(coordinator.ehr, shift.ehr)
    if missing:
        return fails(f"Missing EHR experience: {_listed(missing)}.", ", ".join(sorted(coordinator.ehr)))
    if not shift.ehr:
        return passes("No EHR experience is asked for.")
    return passes(f"Knows {_listed(sorted(shift.ehr))}.", ", ".join(sorted(coordinator.ehr)))


@rule(
    "education",
    1,
    "Education",
    "The coordinator's education reaches the minimum this shift states; without one, any is enough.",
)
def education(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    wanted, has, order = shift.min_education, coordinator.education, context.policy.education_order
    if not wanted:
        return passes("No minimum education is asked for.")
    if has == wanted or (wanted in order and has in order and order.index(has) >= order.index(wanted)):
        return passes(f"Education is {has}; {wanted} is asked for.", has)
    return fails(f"Education is {has or 'not stated'}; {wanted} is asked for.", has)


@rule("experience", 1, "Experience", "The coordinator has at least the years of experience the shift asks for.")
def experience(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    years, wanted = coordinator.years_experience, shift.min_years
    if years >= wanted:
        return passes(
            f"{years} years of experience; {wanted} asked for." if wanted else "No minimum experience is asked for.",
            str(years),
        )
    return fails(f"{years} years of experience; {wanted} asked for.", str(years))


@rule("pay", 1, "Pay", "The shift pays at least the hourly minimum the coordinator set.")
def pay(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    # The sentence names the difference only: the facility may not know the pay rate, nor anyone's minimum.
    short = coordinator.min_pay_cents - shift.pay_rate_cents
    datum = f"pays {dollars(shift.pay_rate_cents)}/h, minimum {dollars(coordinator.min_pay_cents)}/h"
    if short <= 0:
        return passes("The pay reaches the minimum set by the coordinator.", datum)
    return fails(f"The pay is {dollars(short)}/h below the minimum set by the coordinator.", datum)


@rule("coordinator_block", 1, "Blocked by the coordinator", "The coordinator has not blocked the facility.")
def coordinator_block(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.facility_id in coordinator.blocked_facilities:
        return fails("The coordinator has chosen not to work for this facility.", "blocked", context.as_of.date())
    return passes("The coordinator has not blocked this facility.")


@rule("do_not_return", 1, "Do not return", "The facility has not asked that the coordinator does not return.")
def do_not_return(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    if shift.facility_id in coordinator.blocked_by_facilities:
        return fails("The facility has asked for a do-not-return.", "do-not-return", context.as_of.date())
    return passes("The facility has no do-not-return in place.")


@rule(
    "offshore",
    1,
    "Work inside the US",
    "Where the contract, or a payer of the Medicare or Medicaid kind, asks for work done inside the US, "
    "the coordinator works there.",
)
def offshore(coordinator: CoordinatorFacts, shift: ShiftFacts, context: Context) -> Finding:
    country, words = coordinator.country, context.policy.onshore_payer_words
    if country in context.policy.onshore_countries:
        return passes("The work is done inside the US.", country)
    payers = sorted(payer for payer in shift.payer_mix if any(word in payer.lower() for word in words))
    if payers:
        return fails(
            f"The payer mix includes {_listed(payers)}: work must be done inside the US, not in {country}.", country
        )
    if not shift.offshore_allowed:
        return fails(f"The contract asks for work done inside the US, not in {country}.", country)
    return passes(f"Payers and contract allow work from {country}.", country)
