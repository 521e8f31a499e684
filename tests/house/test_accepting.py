"""Whoever follows one act through the code, an offer that is accepted, opens few files."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Offer
from marketplace.booking import offers
from marketplace.booking.booking import accept
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.needs.models import FillMode
from tests.world import NOW

PRODUCT = Path(__file__).resolve().parents[2] / "marketplace"
BENEATH = ("kernel/", "db/", "web/")
"""The ground every act stands on: not counted."""
MOST = 15


def functions_run(act: Any, *args: Any) -> dict[str, set[str]]:
    """The names of the functions of the domain that run during `act(*args)`, by file."""
    run: dict[str, set[str]] = defaultdict(set)

    def look(frame: Any, event: str, _argument: Any) -> None:
        path, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        if event == "call" and name != "<module>" and path.is_relative_to(PRODUCT):
            file = path.relative_to(PRODUCT).as_posix()
            if not file.startswith(BENEATH):
                run[file].add(name)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        act(*args)
    finally:
        sys.setprofile(before)
    return run


def with_shift_and_coordinator(offer: Offer) -> Offer:
    return session.scalars(
        select(Offer)
        .where(Offer.id == offer.id)
        .options(joinedload(Offer.shift), joinedload(Offer.coordinator).joinedload(Coordinator.person))
        .execution_options(populate_existing=True)
    ).one()


@pytest.mark.parametrize("mode", [FillMode.FIRST_COME, FillMode.CHOOSE])
def test_accepting_an_offer_or_an_application_runs_through_few_files(world, mode):
    shift = world.shift(mode=mode)
    if mode is FillMode.CHOOSE:
        offer, by = offers.apply(shift, world.maya, world.maya.person, NOW), world.tom
    else:
        offer, by = offers.send_offer(shift, world.maya, world.tom, NOW), world.maya.person
    session.commit()
    run = functions_run(accept, with_shift_and_coordinator(offer), by, NOW)
    assert {"booking/booking.py", "eligibility/assessment.py", "matching/rules/hard_rules.py"} <= run.keys()
    listed = "\n".join(f"{file}: {', '.join(sorted(names))}" for file, names in sorted(run.items()))
    assert len(run) <= MOST, f"{len(run)} files instead of {MOST}:\n{listed}"
