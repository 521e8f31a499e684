"""Which rows a decision about hours holds on to while it is made, always in the same order."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.kernel import ChangedMeanwhile, NotAllowedNow
from marketplace.timesheets.hours_calculation import with_terms
from marketplace.timesheets.models import TimeEntry, Timesheet


def lock_entries(entry_ids: Collection[int], versions: Mapping[int, int] | None = None) -> list[TimeEntry]:
    """The entries as they are now, locked with everything their overtime depends on: assignments, then weeks, then entries.

    Minutes of an entry may fall into the week before or after its own (a Sunday night), so that two entries whose weeks are
    two apart can still count on the same one: the coordinator's weeks at that facility are locked that far around.
    """
    wanted = sorted(set(entry_ids))
    found = session.execute(
        select(TimeEntry.id, TimeEntry.assignment_id, Timesheet.coordinator_id, Timesheet.facility_id, Timesheet.week)
        .join(TimeEntry.timesheet)
        .where(TimeEntry.id.in_(wanted))
    ).all()
    if not wanted or len(found) != len(wanted):
        raise NotAllowedNow("Some of these hours are not there any more. Open the page again.")
    assignments = [row.assignment_id for row in found]
    session.scalars(
        select(Assignment).where(Assignment.id.in_(assignments)).order_by(Assignment.id)
        .with_for_update(key_share=True).execution_options(populate_existing=True)
    ).all()  # fmt: skip
    weeks = [row.week for row in found]
    around = timedelta(days=14)
    session.scalars(
        select(Timesheet)
        .where(
            tuple_(Timesheet.coordinator_id, Timesheet.facility_id).in_(
                {(row.coordinator_id, row.facility_id) for row in found}
            ),
            Timesheet.week >= min(weeks) - around,
            Timesheet.week <= max(weeks) + around,
        )
        .order_by(Timesheet.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    entries = entries_for_change(TimeEntry.id.in_(wanted))
    for entry in entries:
        if versions is not None and versions.get(entry.id, entry.version) != entry.version:
            raise ChangedMeanwhile(
                "The hours of %(name)s changed while you had the page open. Nothing was saved: look at them again.",
                name=entry.timesheet.coordinator.name,
            )
    return entries


def entries_for_change(which: object) -> list[TimeEntry]:
    """Entries locked for a change, with their terms, weeks and coordinators."""
    return list(
        session.scalars(
            select(TimeEntry)
            .where(which)  # type: ignore[arg-type]
            .options(
                *with_terms(),
                joinedload(TimeEntry.timesheet).joinedload(Timesheet.coordinator).joinedload(Coordinator.person),
            )
            .order_by(TimeEntry.id)
            .with_for_update(of=TimeEntry)
            .execution_options(populate_existing=True)
        ).unique()
    )


def lock_sheet(sheet_id: int) -> Timesheet:
    """The week as it is now, locked."""
    return session.scalars(
        select(Timesheet).where(Timesheet.id == sheet_id).with_for_update().execution_options(populate_existing=True)
    ).one()
