"""The list of a newcomer's steps: what is done, what is next, and the page where it is done. Nothing of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from marketplace.accounts.permissions import Permission
from marketplace.kernel import Phrase


class ChecklistStatus(StrEnum):
    """Done; to do by the reader of the list; waiting for the other side; or later, after other steps."""

    DONE = "done"
    TO_DO = "to_do"
    WAITING = "waiting"
    LATER = "later"


@dataclass(frozen=True)
class ChecklistStep:
    """One step of the list. `endpoint` with `arguments` is the page where it is done, or with `posts` the act itself.

    One that is not `required` may stay undone; one that is `later` comes after the activation. `may` is the permission that
    opens the page: whoever lacks it reads the step without its button.
    """

    title: Phrase
    hint: Phrase
    standing: ChecklistStatus
    endpoint: str
    act: Phrase
    may: Permission | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    required: bool = True
    later: bool = False
    posts: bool = False
    waits_for: Phrase | None = None
    """The words while it waits, where it is not the list's usual other side who has to act."""

    @property
    def done(self) -> bool:
        return self.standing is ChecklistStatus.DONE


def missing(steps: Sequence[ChecklistStep]) -> list[ChecklistStep]:
    """The steps that stand in the way of the activation."""
    return [step for step in steps if step.required and not step.later and not step.done]


def left(steps: Sequence[ChecklistStep]) -> list[ChecklistStep]:
    """The steps left until the list has done its service: all that are required and not done."""
    return [step for step in steps if step.required and not step.done]


def standing_of(done: bool, possible: bool = True, *, awaited: bool = False) -> ChecklistStatus:
    """Done, or to do; while it is not possible waiting for somebody else (`awaited`), or later."""
    if done:
        return ChecklistStatus.DONE
    if possible:
        return ChecklistStatus.TO_DO
    return ChecklistStatus.WAITING if awaited else ChecklistStatus.LATER
