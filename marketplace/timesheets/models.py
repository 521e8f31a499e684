"""Hours: raw punches that nobody can change, and beside them what they mean in minutes and money."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import Person
from marketplace.assignments.models import Assignment
from marketplace.coordinators.models import Coordinator
from marketplace.db import Base, Cents, Key, Minutes, Record, Versioned, Words, check, related, state_column
from marketplace.facilities.models import Facility
from marketplace.timesheets.rules import APPROVAL_WINDOW, UNDO_APPROVAL, EntryState, PunchKind, TimesheetState


class PunchSource(StrEnum):
    WEB = "web"
    OFFLINE = "offline"
    MANUAL = "manual"
    IMPORT = "import"


class Punch(Base):
    """One press of the clock. `at` is when it happened, `recorded_at` when we learned of it. Append-only (trigger)."""

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    kind: Mapped[PunchKind] = state_column(PunchKind)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    source: Mapped[PunchSource] = state_column(PunchSource, PunchSource.WEB)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("punch.id"), unique=True)
    client_key: Mapped[str | None] = mapped_column(unique=True)


class Timesheet(Versioned, Base):
    """One coordinator's week (Monday to Sunday in the facility's zone) at one facility."""

    id: Mapped[Key]
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    week: Mapped[date]
    time_zone: Mapped[str]
    state: Mapped[TimesheetState] = state_column(TimesheetState, TimesheetState.OPEN)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))

    coordinator: Mapped[Coordinator] = related()
    facility: Mapped[Facility] = related()
    entries: Mapped[list["TimeEntry"]] = related(back_populates="timesheet", order_by="TimeEntry.starts_at")

    __table_args__ = (
        UniqueConstraint("coordinator_id", "facility_id", "week"),
        Index("ix_timesheet_not_handed_in", "week", postgresql_where=text("state IN ('open', 'rejected')")),
        check("extract(isodow from week) = 1", "week_is_monday"),
    )


class TimeEntry(Versioned, Base):
    """What one shift came to: worked stretch, breaks, payable minutes, and what looks unusual about it."""

    id: Mapped[Key]
    timesheet_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("timesheet.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), unique=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    state: Mapped[EntryState] = state_column(EntryState, EntryState.PENDING, created_as="line_state")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    break_minutes: Mapped[Minutes] = mapped_column(default=0, server_default="0")
    paid_minutes: Mapped[Minutes]
    exceptions: Mapped[Words]
    week_minutes: Mapped[Record]
    """Minutes by the Monday of the local workweek they fall in (a Sunday night belongs to two); empty: all in its own."""
    measured_minutes: Mapped[int | None]
    """What the punches came to, kept when somebody approved other minutes."""
    dispute_reason: Mapped[str] = mapped_column(default="", server_default="")
    decision_reason: Mapped[str] = mapped_column(default="", server_default="")
    submitted_at: Mapped[datetime | None]
    """Since when it waits for the facility; the window for approval runs from here."""
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))

    timesheet: Mapped[Timesheet] = related(back_populates="entries")
    assignment: Mapped[Assignment] = related()
    decided_by: Mapped[Person | None] = related()
    segments: Mapped[list["TimeSegment"]] = related(back_populates="entry", order_by="TimeSegment.id")

    __table_args__ = (
        check("ends_at >= starts_at AND paid_minutes >= 0 AND break_minutes >= 0", "minutes"),
        check("length(dispute_reason) <= 1000 AND length(decision_reason) <= 1000", "reasons_length"),
        Index("ix_time_entry_to_approve", "facility_id", "submitted_at",
              postgresql_where=text("state = 'pending' AND submitted_at IS NOT NULL")),
        Index("ix_time_entry_disputed", "facility_id", postgresql_where=text("state = 'disputed'")),
    )  # fmt: skip

    @property
    def waits(self) -> bool:
        """Whether somebody has to approve, dispute or reject it."""
        return self.state is EntryState.PENDING and self.submitted_at is not None

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing unusual about it."""
        return not self.exceptions and self.paid_minutes > 0

    @property
    def approves_itself_at(self) -> datetime | None:
        """When a clean entry that waits approves itself."""
        return self.submitted_at + APPROVAL_WINDOW if self.waits and self.submitted_at and self.is_clean else None

    def undo_until(self, at: datetime) -> datetime | None:
        """Until when an approval may be taken back; None when that is over."""
        if self.state is not EntryState.APPROVED or self.decided_at is None or at >= self.decided_at + UNDO_APPROVAL:
            return None
        return self.decided_at + UNDO_APPROVAL


class TimeSegment(Base):
    """Approved minutes of one kind at frozen rates: what invoice lines and pay lines are made of. Append-only.

    `kind` is `hours` for worked time, `cancellation` for compensation; a correction is a new row with `corrects_id` and
    negative minutes.
    """

    id: Mapped[Key]
    time_entry_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("time_entry.id"), index=True)
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), index=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"), index=True)
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"), index=True)
    kind: Mapped[str] = mapped_column(default="hours", server_default="hours")
    earn_code: Mapped[str]
    service_line: Mapped[str] = mapped_column(ForeignKey("service_line.code"))
    work_day: Mapped[date]
    minutes: Mapped[Minutes]
    bill_rate_cents: Mapped[Cents]
    pay_rate_cents: Mapped[Cents]
    bill_cents: Mapped[Cents]
    pay_cents: Mapped[Cents]
    approved_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("person.id"))
    """Who approved these minutes; of a correction, who took the approval back. Empty for compensation."""
    approved_itself: Mapped[bool] = mapped_column(default=False, server_default="false")
    """Whether the window for approval ended without anybody deciding."""
    corrects_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("time_segment.id"), unique=True)

    entry: Mapped[TimeEntry | None] = related(back_populates="segments")
    approved_by: Mapped[Person | None] = related()

    @property
    def approver(self) -> Person | None:
        """Who approved these minutes, or took the approval back; None when nobody did.

        Segments from before they kept it are answered from their entry, which knows who decided it last.
        """
        return self.approved_by or (self.entry.decided_by if self.entry and self._is_last_decision else None)

    @property
    def is_unopposed(self) -> bool:
        """Whether the minutes approved themselves because nobody objected in time."""
        return self.approved_itself or (self._is_last_decision and self.approver is None)

    @property
    def _is_last_decision(self) -> bool:
        return self.entry is not None and self.entry.decided_at == self.approved_at

    __table_args__ = (
        check("kind IN ('hours', 'cancellation')", "kind"),
        check("earn_code IN ('regular', 'overtime')", "earn_code"),
        check("NOT (approved_itself AND approved_by_id IS NOT NULL)", "approver"),
        Index("ix_time_segment_facility_day", "facility_id", "work_day"),
        Index("uq_time_segment_compensation", "assignment_id", unique=True,
              postgresql_where=text("kind = 'cancellation' AND corrects_id IS NULL")),
    )  # fmt: skip


class ShiftReport(Versioned, Base):
    """What was done, as counts by duty and outside ticket numbers; never anything about a patient."""

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("assignment.id"), unique=True)
    coordinator_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("coordinator.id"))
    facility_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("facility.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    tickets: Mapped[Words]
    note: Mapped[str] = mapped_column(default="", server_default="")
    written_at: Mapped[datetime]

    assignment: Mapped[Assignment] = related()

    __table_args__ = (check("length(note) <= 4000", "note_length"),)
