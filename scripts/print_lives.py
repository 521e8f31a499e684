"""Prints docs/lives.md: the state diagrams, drawn from the tables that the code itself obeys."""

from pathlib import Path

from marketplace.assignments import rules as assignments
from marketplace.billing import rules as billing
from marketplace.contracts import rules as contracts
from marketplace.coordinators import rules as coordinators
from marketplace.credentials import rules as credentials
from marketplace.facilities import rules as facilities
from marketplace.needs import rules as needs
from marketplace.payouts import rules as payouts
from marketplace.plans import rules as plans
from marketplace.timesheets import rules as timesheets

PAGE = Path(__file__).resolve().parent.parent / "docs" / "lives.md"

LIVES = (
    facilities.LIFE,
    coordinators.LIFE,
    needs.LIFE,
    needs.SHIFT_LIFE,
    assignments.OFFER_LIFE,
    assignments.LIFE,
    assignments.REASSIGNMENT_LIFE,
    plans.LIFE,
    plans.PAIR_LIFE,
    credentials.LIFE,
    contracts.LIFE,
    timesheets.LIFE,
    timesheets.ENTRY_LIFE,
    billing.LIFE,
    payouts.PAY_RUN_LIFE,
    payouts.LIFE,
)


def page() -> str:
    """The whole page."""
    parts = [
        "# Lives",
        (
            "Each diagram is printed from the lifecycle table in the concept's `rules.py` by `scripts/print_lives.py`.\n"
            "The table is the only writer of a state; what is not drawn here cannot happen."
        ),
    ]
    parts += [f"## {life.name.capitalize()}\n\n```mermaid\n{life.mermaid()}```" for life in LIVES]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
