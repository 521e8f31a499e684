"""On the first of the month the agency is written the fair shares of the month before: once, in each reader's language."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from marketplace.accounts.models import Membership, Person
from marketplace.booking import offers
from marketplace.booking.booking import book
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import clock
from marketplace.messaging.models import Letter
from marketplace.needs.models import FillMode
from marketplace.plans.settings import change_settings
from marketplace.reports.fairness import fairness, span_of_month
from marketplace.reports.models import FairnessLetter
from marketplace.reports.monthly import write_fair_shares
from marketplace.reports.tasks import write_fair_shares as job
from tests.world import NOW, TODAY

CHICAGO = "America/Chicago"
FIRST = datetime(2026, 12, 1, 12, tzinfo=UTC)  # six in the morning in Chicago


def letters():
    return list(session.scalars(select(Letter).where(Letter.kind == "fair-shares").order_by(Letter.to)))


@pytest.fixture
def november(world):
    """Maya was offered what there was and took it; nobody else was."""
    for n in range(1, 4):
        shift = world.shift(day=TODAY + timedelta(days=n), mode=FillMode.FIRST_COME)
        offers.send_offer(shift, world.maya, world.rosa, NOW)
        book(shift, world.maya, world.maya.person, NOW)
    session.flush()
    return world


def test_everybody_who_may_read_reports_gets_the_key_figures_and_the_way_to_them(november):
    found = fairness(span_of_month(TODAY.replace(day=1), CHICAGO), 50)
    assert write_fair_shares(FIRST, CHICAGO) == len(letters()) == 4
    assert {one.to for one in letters()} >= {november.ada.email, november.sam.email}
    letter = next(one for one in letters() if one.to == november.ada.email)
    assert letter.subject == "Fair shares in November 2026"
    below, everybody = len(found.flagged), len(found.shares)
    assert 0 < below < everybody
    for said in (
        f"{below} of {everybody} coordinators are more than 50 % below comparable people",
        f"shifts {found.ginis['fills'] / 100:.2f}, offers {found.ginis['offers'] / 100:.2f}, hours –, pay –",
        "/reports/fairness?period=2026-11",
    ):
        assert said in letter.text_body
    assert "Maya" not in letter.text_body + letter.html_body


def test_the_bound_is_the_agencys_own(november):
    change_settings(14, 24, 60, 100, by=november.ada, at=NOW)
    write_fair_shares(FIRST, CHICAGO)
    assert "None of 5 coordinators is more than 100 % below comparable people." in letters()[0].text_body


def test_it_is_written_in_the_readers_language(november):
    november.sam.locale = "es"
    session.flush()
    write_fair_shares(FIRST, CHICAGO)
    spanish = next(one for one in letters() if one.to == november.sam.email)
    assert spanish.subject == "Reparto justo en noviembre 2026"
    assert "personas comparables" in spanish.text_body
    english = next(one for one in letters() if one.to == november.ada.email)
    assert "comparable people" in english.text_body


def test_a_second_run_writes_nothing_however_soon_or_late_it_comes(november):
    assert write_fair_shares(FIRST, CHICAGO) == 4
    assert write_fair_shares(FIRST, CHICAGO) == 0
    assert write_fair_shares(FIRST + timedelta(days=2), CHICAGO) == 0
    assert len(letters()) == 4


@pytest.mark.parametrize(
    ("at", "zone", "due"),
    [
        (FIRST - timedelta(minutes=1), CHICAGO, False),  # still night on the first
        (FIRST, CHICAGO, True),
        (FIRST, "America/Los_Angeles", False),
        (datetime(2026, 11, 30, 17, tzinfo=UTC), "Pacific/Auckland", True),  # there it is the first already
        (FIRST + timedelta(days=6), CHICAGO, True),  # the worker was down
        (FIRST + timedelta(days=7), CHICAGO, False),
    ],
)
def test_it_is_due_on_the_first_on_the_agencys_clock(november, at, zone, due):
    assert (write_fair_shares(at, zone) > 0) is due


def test_where_nothing_was_to_be_shared_out_nothing_is_written(world):
    assert write_fair_shares(FIRST, CHICAGO) == 0
    assert letters() == []


def test_who_left_the_agency_and_who_never_was_there_are_not_written_to(november):
    leaving = session.scalars(select(Membership).join(Person).where(Person.email == november.sam.email)).one()
    leaving.active = False
    session.flush()
    write_fair_shares(FIRST, CHICAGO)
    to = {one.to for one in letters()}
    assert november.sam.email not in to
    assert not to & {november.rosa.email, november.maya.person.email}


def test_the_workers_job_asks_the_clock_and_the_settings_of_the_site(november, app):
    with app.app_context(), clock.frozen_at(FIRST):
        assert job() == 4
        assert job() == 0
        assert [one.month.isoformat() for one in session.scalars(select(FairnessLetter))] == ["2026-11-01"]


@pytest.mark.committed
def test_two_workers_at_the_same_moment_write_one_set_of_letters(november):
    """The second waits for the first, and finds the month taken."""
    from threading import Thread

    session.commit()
    written = []

    def work():
        bind_actor(SYSTEM)
        written.append(write_fair_shares(FIRST, CHICAGO))
        session.commit()
        session.remove()

    workers = [Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    bind_actor(SYSTEM)
    assert sorted(written) == [0, 4]
    assert len(letters()) == 4


def test_neither_facility_nor_coordinator_reads_what_was_written(world):
    session.execute(text("RESET ROLE"))
    for audience in ("facility", "coordinator", "visitor"):
        granted = text(f"SELECT has_table_privilege('marketplace_{audience}', 'fairness_letter', 'SELECT')")
        assert not session.scalar(granted)
