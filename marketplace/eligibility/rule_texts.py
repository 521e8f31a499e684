"""The hard rules and the parts of the score in the reader's language, for the page that lists them all."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class RuleWords(NamedTuple):
    """The title and the description of a rule or of a part of the score."""

    title: LazyString
    description: LazyString


# The English is that of the rules themselves (tests/assignments/test_rules_page.py compares them).
RULE_WORDS: dict[str, RuleWords] = {
    "active_account": RuleWords(
        _l("Active account"),
        _l("The coordinator's account is active."),
    ),
    "exclusion_screening": RuleWords(
        _l("Exclusion screening"),
        _l(
            "No hit in the federal exclusion lists (LEIE, SAM) is waiting for a person's decision or has been "
            "confirmed."
        ),
    ),
    "service_line": RuleWords(
        _l("Service line"),
        _l("The coordinator works in the shift's service line."),
    ),
    "patient_state_licence": RuleWords(
        _l("License in each patient state"),
        _l(
            "For clinical work, an RN license covers every patient state on each day of the shift: one issued by "
            "that state, or a multistate license from the home state while both states are in the Nurse Licensure"
            " Compact."
        ),
    ),
    "required_credentials": RuleWords(
        _l("Required credentials"),
        _l(
            "Every credential the shift requires is verified and valid on each day of the shift, in the "
            "facility's zone."
        ),
    ),
    "hipaa_training": RuleWords(
        _l("HIPAA training"),
        _l("HIPAA training is verified and valid on each day of the shift."),
    ),
    "coordinator_baa": RuleWords(
        _l("BAA with the coordinator"),
        _l("A business associate agreement between agency and coordinator is in force on each day of the shift."),
    ),
    "facility_contract": RuleWords(
        _l("Contract with the facility"),
        _l("A contract between agency and facility is in force on each day of the shift."),
    ),
    "facility_baa": RuleWords(
        _l("BAA with the facility"),
        _l("A business associate agreement between facility and agency is in force on each day of the shift."),
    ),
    "offshore": RuleWords(
        _l("Work inside the US"),
        _l(
            "Where a payer of the Medicare or Medicaid kind asks for work done inside the US, the coordinator works there."
        ),
    ),
    "not_past": RuleWords(
        _l("Shift still ahead"),
        _l("The shift is not over; one that has started is shown with a note."),
    ),
    "overlap": RuleWords(
        _l("No other shift"),
        _l("No other shift, at whichever facility, overlaps this one."),
    ),
    "rest": RuleWords(
        _l("Rest between shifts"),
        _l(
            "The rest the coordinator needs lies between this shift and the ones before and after, across all "
            "facilities."
        ),
    ),
    "time_off": RuleWords(
        _l("Time off"),
        _l("The shift does not touch any time off."),
    ),
    "availability": RuleWords(
        _l("Availability"),
        _l(
            "The coordinator's weekly availability, in their own zone, covers the whole shift; a night on which "
            "the clocks change counts with its true length."
        ),
    ),
    "weekly_hours": RuleWords(
        _l("Hours in the week"),
        _l(
            "With this shift no local week of the coordinator, Monday to Monday, goes over the weekly limit. A "
            "shift across Monday midnight counts in each week with its own part."
        ),
    ),
    "languages": RuleWords(
        _l("Languages"),
        _l("The coordinator speaks every language the shift asks for."),
    ),
    "ehr": RuleWords(
        _l("EHR systems"),
        _l("The coordinator knows every EHR system the shift uses."),
    ),
    "education": RuleWords(
        _l("Education"),
        _l("The coordinator's education reaches the minimum this shift states; without one, any is enough."),
    ),
    "experience": RuleWords(
        _l("Experience"),
        _l("The coordinator has at least the years of experience the shift asks for."),
    ),
    "pay": RuleWords(
        _l("Pay"),
        _l("The shift pays at least the hourly minimum the coordinator set."),
    ),
    "coordinator_block": RuleWords(
        _l("Blocked by the coordinator"),
        _l("The coordinator has not blocked the facility."),
    ),
    "do_not_return": RuleWords(
        _l("Do not return"),
        _l("The facility has not asked that the coordinator does not return."),
    ),
}

PART_WORDS: dict[str, RuleWords] = {
    "continuity": RuleWords(
        _l("Knows the facility"),
        _l("Grows with the time already worked at the facility."),
    ),
    "favourite": RuleWords(
        _l("Favorite"),
        _l(
            "Seven tenths when the facility chose the coordinator, three tenths when the coordinator chose the "
            "facility."
        ),
    ),
    "rating": RuleWords(
        _l("Rating and reliability"),
        _l(
            "Half for the average rating, half for reliability. Nobody starts at nothing: unknown counts as three"
            " fifths."
        ),
    ),
    "cost": RuleWords(
        _l("Pay"),
        _l("How far the coordinator's minimum lies below the pay rate."),
    ),
    "time_zone": RuleWords(
        _l("Time of day"),
        _l("The share of the shift that falls into the coordinator's local day."),
    ),
    "skills": RuleWords(
        _l("Skills"),
        _l("Half for the preferred credentials, half for experience above the minimum."),
    ),
    "preferred_hours": RuleWords(
        _l("Preferred hours"),
        _l("Everybody gets all of these points: which hours a coordinator prefers is not recorded."),
    ),
    "fairness": RuleWords(
        _l("Fair share"),
        _l("More for those who recently got fewer offers and shifts than is typical."),
    ),
    "versatility": RuleWords(
        _l("Kept free for other work"),
        _l("More for those who work in few fields: who can do many things stays free for what nobody else can do."),
    ),
}


def rule_titles() -> dict[str, str]:
    """The title of each rule, by its code."""
    return {code: str(words.title) for code, words in RULE_WORDS.items()}
