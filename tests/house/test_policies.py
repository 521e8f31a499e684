"""Every check of a right: one person it lets through, and those it refuses with a reason."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

import marketplace
from marketplace.accounts.models import Organisation, Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.policy import check_may_grant, may_manage_members
from marketplace.assignments import policy as assignments
from marketplace.assignments.models import Offer
from marketplace.attendance import policy as attendance
from marketplace.booking.booking import accept
from marketplace.booking.offers import apply, send_offer
from marketplace.contracts import policy as contracts
from marketplace.contracts.rules import AgreementState
from marketplace.coordinators import policy as coordinators
from marketplace.coordinators.models import Coordinator
from marketplace.credentials import policy as credentials
from marketplace.credentials.models import Credential
from marketplace.db import session
from marketplace.facilities import policy as facilities
from marketplace.kernel import NotPermitted
from marketplace.needs import policy as needs
from marketplace.needs.models import FillMode
from marketplace.plans import policy as plans
from marketplace.timesheets import policy as timesheets
from marketplace.timesheets.models import TimeEntry, Timesheet
from tests.worked import approved
from tests.world import NOW, World


class Right(NamedTuple):
    """A check, what it is asked about, whom it lets through, and whom it refuses."""

    check: Callable[..., None]
    about: Callable[[World], tuple[Any, ...]]
    allowed: str
    refused: tuple[str, ...]


def _shift(world: World) -> tuple[Any, ...]:
    return (world.shift(),)


def _application(world: World) -> tuple[Any, ...]:
    return (apply(world.shift(mode=FillMode.CHOOSE), world.maya, world.maya.person, NOW),)


def _booking(world: World) -> tuple[Any, ...]:
    offered = send_offer(world.shift(), world.maya, world.rosa, NOW)
    whole = joinedload(Offer.shift), joinedload(Offer.coordinator).joinedload(Coordinator.person)
    offer = session.scalars(
        select(Offer).where(Offer.id == offered.id).options(*whole).execution_options(populate_existing=True)
    ).one()
    booking = accept(offer, world.maya.person, NOW)
    booking.coordinator = world.maya
    return (booking,)


def _fresh_booking(world: World) -> tuple[Any, ...]:
    return (*_booking(world), NOW + timedelta(minutes=1))


def _agreement(world: World) -> tuple[Any, ...]:
    agreement = world.contract(world.harbor)
    assert agreement
    agreement.state = AgreementState.SENT
    return (agreement,)


def _credential(world: World) -> tuple[Any, ...]:
    return (
        session.scalars(
            select(Credential)
            .where(Credential.coordinator_id == world.maya.id)
            .options(joinedload(Credential.coordinator))
        ).first(),
    )


def _week(world: World) -> tuple[Any, ...]:
    approved(world, world.maya, world.harbor)
    return (session.scalars(select(Timesheet).where(Timesheet.coordinator_id == world.maya.id)).one(),)


def _entry(world: World) -> tuple[Any, ...]:
    approved(world, world.maya, world.harbor)
    whole = joinedload(TimeEntry.timesheet).joinedload(Timesheet.coordinator)
    return (session.scalars(select(TimeEntry).where(TimeEntry.coordinator_id == world.maya.id).options(whole)).one(),)


RIGHTS = [
    Right(
        check_may_grant,
        lambda world: (Role.FACILITY_BILLING, _clinic(world)),
        "rosa",
        ("tom", "lars", "maya"),
    ),
    Right(check_may_grant, lambda world: (Role.COORDINATOR, world.agency), "sam", ("felix", "rosa", "maya")),
    Right(check_may_grant, lambda world: (Role.AGENCY_FINANCE, world.agency), "ada", ("sam", "rosa", "maya")),
    Right(assignments.check_may_staff, _shift, "tom", ("nadia", "lars", "felix", "maya")),
    Right(assignments.check_may_answer, lambda world: (world.maya.id,), "maya", ("jonas", "rosa", "ada")),
    Right(assignments.check_may_decide, _application, "tom", ("nadia", "lars", "felix", "maya")),
    Right(assignments.check_may_cancel, _booking, "maya", ("jonas", "lars", "nadia", "felix")),
    Right(assignments.check_may_cancel, _booking, "tom", ("bea",)),
    Right(assignments.check_may_cancel, _booking, "sam", ("chidi",)),
    Right(assignments.check_may_undo, _fresh_booking, "maya", ("jonas", "rosa", "ada")),
    Right(assignments.check_may_judge_no_show, lambda _world: (), "sam", ("felix", "rosa", "maya")),
    Right(assignments.check_may_weigh, lambda _world: (), "sam", ("felix", "rosa", "maya")),
    Right(attendance.check_may_clock, _booking, "maya", ("jonas", "rosa", "ada")),
    Right(contracts.check_may_sign, _agreement, "rosa", ("tom", "lars", "ada", "maya")),
    Right(coordinators.check_may_hold, lambda _world: (), "chidi", ("sam", "rosa", "maya")),
    Right(credentials.check_may_decide, _credential, "chidi", ("sam", "rosa", "maya")),
    Right(facilities.check_may_change, lambda world: (world.harbor,), "rosa", ("tom", "lars", "felix", "maya")),
    Right(facilities.check_may_change, lambda world: (world.harbor,), "sam", ("chidi",)),
    Right(facilities.check_may_prefer, lambda world: (world.harbor.id,), "tom", ("nadia", "lars", "ada", "maya")),
    Right(needs.check_may_change, lambda world: (world.need(),), "tom", ("nadia", "lars", "felix", "maya")),
    Right(plans.check_may_plan, lambda _world: (), "sam", ("felix", "rosa", "maya")),
    Right(timesheets.check_may_submit, _week, "maya", ("jonas", "rosa", "ada")),
    Right(timesheets.check_may_decide, _entry, "nadia", ("tom", "lars", "chidi", "maya")),
]


def _clinic(world: World) -> Organisation:
    return session.get_one(Organisation, world.harbor.id)


def _person(world: World, who: str) -> Person:
    found = getattr(world, who)
    return found if isinstance(found, Person) else found.person


@pytest.mark.parametrize(
    "right", RIGHTS, ids=lambda right: f"{right.check.__module__.split('.')[1]}-{right.check.__name__}"
)
def test_a_right_is_its_owners_and_nobody_elses(world: World, right: Right) -> None:
    about = right.about(world)
    names = ("person",) if right.check is not check_may_grant else ("by",)
    right.check(**{names[0]: _person(world, right.allowed)}, **_named(right.check, about))
    for who in right.refused:
        with pytest.raises(NotPermitted) as refusal:
            right.check(**{names[0]: _person(world, who)}, **_named(right.check, about))
        assert str(refusal.value).endswith("."), who


def _named(check: Callable[..., None], about: tuple[Any, ...]) -> dict[str, Any]:
    names = check.__code__.co_varnames[1 : check.__code__.co_argcount]
    return dict(zip(names, about, strict=True))


def test_nobody_decides_about_what_is_their_own(world: World) -> None:
    """Somebody of the agency who also works shifts does not verify their credential and does not approve their hours."""
    (entry,), (credential,) = _entry(world), _credential(world)
    maya, chidi, ada = world.maya.person, world.chidi, world.ada
    maya.acting = chidi.acting
    with pytest.raises(NotPermitted, match="your own credential"):
        credentials.check_may_decide(maya, credential)
    assert not credentials.may_decide(maya, credential)
    maya.acting = ada.acting
    with pytest.raises(NotPermitted, match="their own hours"):
        timesheets.check_may_decide(maya, entry)


def test_somebody_without_a_role_has_no_side_and_no_right(world: World) -> None:
    nobody = world.rosa
    nobody.acting = None
    with pytest.raises(NotPermitted, match="Sign in with your role"):
        assignments.side_of(nobody)
    assert not may_manage_members(nobody, _clinic(world))
    with pytest.raises(NotPermitted):
        facilities.check_may_change(nobody, world.harbor)


def test_a_facility_has_no_role_of_the_agency(world: World) -> None:
    with pytest.raises(NotPermitted, match="no such role"):
        check_may_grant(world.ada, Role.AGENCY_FINANCE, _clinic(world))


def checks() -> Iterator[Callable[..., None]]:
    """Every `check_may_…` of a `policy.py`."""
    for file in Path(marketplace.__path__[0]).glob("*/policy.py"):
        module = import_module(f"marketplace.{file.parent.name}.policy")
        for name, found in getmembers(module, isfunction):
            if name.startswith("check_may_") and found.__module__ == module.__name__:
                yield found


def test_every_check_of_a_right_is_tried() -> None:
    found = set(checks())
    assert len(found) > 15
    assert found == {right.check for right in RIGHTS}
