"""The weights of the score: setting them anew, and what they were before."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.eligibility.models import OFFERED_PARTS, PARTS_OF_THE_SCORE, WeightSet
from marketplace.kernel import (
    N_,
    ChangedMeanwhile,
    JoinedList,
    NotAllowedNow,
    Phrase,
    check_no_patient_data,
    clean_text,
    split,
)
from marketplace.matching.facts import Weights
from marketplace.matching.scoring import MOST

LONGEST_NOTE = 300

PART_NAMES = {
    "continuity": N_("Knows the facility"),
    "favourite": N_("Favorite"),
    "rating": N_("Rating and reliability"),
    "cost": N_("Pay"),
    "time_zone": N_("Time of day"),
    "skills": N_("Skills"),
    "preferred_hours": N_("Preferred hours"),
    "fairness": N_("Fair share"),
    "versatility": N_("Kept free for other work"),
}
"""The name of each part of the score in the trail."""


@dataclass(frozen=True)
class InForce:
    """The weights that hold now, and the number of their set: 0 as long as nobody has set any."""

    weights: Weights
    version: int


def in_force() -> InForce:
    """The newest set of weights. One statement."""
    newest = session.scalars(select(WeightSet).order_by(WeightSet.id.desc()).limit(1)).one_or_none()
    return InForce(newest.weights, newest.id) if newest else InForce(Weights(), 0)


def set_weights(wanted: Weights, note: str, follows: int, by: Person, at: datetime) -> WeightSet:
    """These hold from now on, for every ranking, feed and plan; what was scored before keeps its parts.

    `follows` is the version the person was looking at. Raises ChangedMeanwhile when it is not the last one, NotAllowedNow
    when nothing would be different, Invalid for a note with patient data.
    """
    note = clean_text(note, LONGEST_NOTE, "note")
    check_no_patient_data(note, "note")
    stands = in_force()
    if stands.version != follows:
        raise _somebody_was_quicker()
    if stands.weights == wanted:
        raise NotAllowedNow("These weights are in force already.")
    made = WeightSet(
        follows_id=stands.version or None, set_at=at, set_by_id=by.id, note=note,
        **{part: getattr(wanted, part) for part in PARTS_OF_THE_SCORE},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise _somebody_was_quicker() from error
    changes = [
        Phrase(
            "%(part)s %(before)s to %(after)s", part=Phrase(PART_NAMES[one.part]), before=one.before, after=one.after
        )
        for one in differences(stands.weights, wanted)
    ]
    sentence = Phrase(
        "The weights of the score are others from now on: %(changes)s.", changes=JoinedList(changes, ", ")
    )
    record("set", made, sentence, by=by)
    return made


def _somebody_was_quicker() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody set other weights while you had this open. Nothing was saved: look at the present ones first."
    )


def weights_of(amounts: Iterable[int]) -> Weights:
    """The weights of these points, one for each of `OFFERED_PARTS`. Raises ValueError when they do not add up to 999."""
    return Weights(preferred_hours=0, **dict(zip(OFFERED_PARTS, amounts, strict=True)))


def fitted(amounts: Sequence[int]) -> Weights:
    """The same proportions of `OFFERED_PARTS` in whole points that add up to 999, by largest remainder. Not all may be 0."""
    return weights_of(split(MOST, amounts))


def offered(weights: Weights) -> Weights:
    """The weights without points for parts that are no longer offered: the other parts share them in their proportions."""
    amounts = [getattr(weights, part) for part in OFFERED_PARTS]
    if not any(amounts):
        return Weights()
    return fitted(amounts) if sum(amounts) < MOST else weights


@dataclass(frozen=True)
class Difference:
    """One part that has another weight."""

    part: str
    before: int
    after: int


def differences(before: Weights, after: Weights) -> list[Difference]:
    """Part by part, in their order."""
    pairs = zip(PARTS_OF_THE_SCORE, astuple(before), astuple(after), strict=True)
    return [Difference(part, one, other) for part, one, other in pairs if one != other]


# ---- history ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeightChange:
    """Weights that were set once, beside those that held before."""

    set: WeightSet
    changes: list[Difference]


def history(most: int) -> list[WeightChange]:
    """The newest first. One statement."""
    sets = session.scalars(
        select(WeightSet).order_by(WeightSet.id.desc()).limit(most + 1).options(joinedload(WeightSet.set_by))
    ).all()
    older = [*(one.weights for one in sets[1:]), Weights()]
    entries = [WeightChange(one, differences(before, one.weights)) for one, before in zip(sets, older, strict=False)]
    return entries[:most]


def once_set(version: int) -> Weights | None:
    """The weights of an earlier set, the default ones for 0; None for an unknown number."""
    if version == 0:
        return Weights()
    found = session.get(WeightSet, version)
    return found.weights if found else None
