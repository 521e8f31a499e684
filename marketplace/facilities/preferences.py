"""Favorites and do-not-returns, in both directions: each side keeps its own, and only the agency sees both."""

from datetime import datetime

from sqlalchemy import func, select

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.facilities.models import Preference, PreferenceKind, PreferenceSide
from marketplace.facilities.queries import preference
from marketplace.kernel import N_, Invalid, Phrase, check_no_patient_data, clean_text

LONGEST_REASON = 500


def prefer(
    facility_id: int,
    coordinator_id: int,
    side: PreferenceSide,
    kind: PreferenceKind,
    *,
    name: str,
    by: Person,
    at: datetime,
    reason: str = "",
) -> Preference:
    """From now on this side favours or refuses the other. What it wanted before ends; wanting the same changes nothing.

    `name` is the other side's, for the trail. A facility gives the reason of a do-not-return. What is booked stays booked.
    Raises Invalid with the field.
    """
    reason = clean_text(reason, LONGEST_REASON, "reason", multiline=True)
    check_no_patient_data(reason, "reason")
    if kind is PreferenceKind.BLOCK and side is PreferenceSide.FACILITY and not reason:
        raise Invalid("Write why: the agency may have to act on it.", "reason")
    # One change at a time of what is wanted here: two clicks at once leave one preference.
    _one_at_a_time(facility_id, coordinator_id, side)
    present = preference(facility_id, coordinator_id, side)
    if present is not None:
        if present.kind is kind:
            return present
        _end(present, at)
    wanted = Preference(
        facility_id=facility_id, coordinator_id=coordinator_id, side=side, kind=kind, reason=reason, since=at
    )
    session.add(wanted)
    session.flush()
    _write_down("prefer" if kind is PreferenceKind.FAVOURITE else "block", wanted, name, by)
    return wanted


def stop_preferring(
    facility_id: int,
    coordinator_id: int,
    side: PreferenceSide,
    kind: PreferenceKind,
    *,
    name: str,
    by: Person,
    at: datetime,
) -> Preference | None:
    """That is over; it stays in the history. Nothing happens when there was no such preference."""
    _one_at_a_time(facility_id, coordinator_id, side)
    present = preference(facility_id, coordinator_id, side)
    if present is None or present.kind is not kind:
        return None
    _end(present, at)
    _write_down("end preference", present, name, by)
    return present


def _one_at_a_time(facility_id: int, coordinator_id: int, side: PreferenceSide) -> None:
    about = f"preference {side.value} {facility_id} {coordinator_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(about, 0))))


def _end(present: Preference, at: datetime) -> None:
    present.ended_at = max(at, present.since)
    session.flush()


_SENTENCES = {
    PreferenceKind.FAVOURITE: (N_("No longer a favorite: %(name)s."), N_("Favorite: %(name)s.")),
    PreferenceKind.BLOCK: (N_("No longer a do-not-return: %(name)s."), N_("Do-not-return: %(name)s.")),
}


def _write_down(act: str, about: Preference, name: str, by: Person) -> None:
    ended, begun = _SENTENCES[about.kind]
    template = ended if act == "end preference" else begun
    sentence = Phrase(template, name=name)
    if about.reason and act != "end preference":
        sentence = Phrase("%(what)s Reason: %(reason)s", what=sentence, reason=about.reason)
    # Whose trail it stands in is whose preference it is: the other side must not read it there.
    entry = record(act, about, sentence, by=by)
    if about.side is PreferenceSide.FACILITY:
        entry.coordinator_id = None
    else:
        entry.facility_id = None
