"""Verdicts and scores as one person may read them: the one place where an audience's view of them is prepared."""

from collections.abc import Iterable, Mapping
from typing import Any

from marketplace.accounts.models import Person
from marketplace.db import Audience
from marketplace.matching.disclosure import score_for_facility, verdicts_for_facility
from marketplace.matching.scoring import Score, ScorePart
from marketplace.matching.verdicts import Verdict


def verdicts_for(person: Person | None, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """A facility does not learn of a coordinator's block; everybody else, and the system (None), reads all."""
    if person is not None and person.audience is Audience.FACILITY:
        return verdicts_for_facility(verdicts)
    return list(verdicts)


def kept_score(person: Person, record: Mapping[str, Any]) -> Score | None:
    """A score kept as `Score.as_record` wrote it, as this person may read it; None where none was kept."""
    if not record.get("parts"):
        return None
    kept = Score(record["total"], tuple(ScorePart.from_record(part) for part in record["parts"]))
    return score_for_facility(kept) if person.audience is Audience.FACILITY else kept
