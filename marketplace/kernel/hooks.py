"""Questions and announcements of a low room that rooms above answer: filled once, by `marketplace/wiring.py`."""

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, Self, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class UnfilledHook(LookupError):
    """A hook was called in a process that never imported `marketplace.wiring`: a programming error, never a refusal."""


class Hook(Generic[Asked, Answer]):
    """A question or an announcement whose answers are wired from above.

        on_fee_due = Hook[[Assignment, Compensation, datetime], Any]("on_fee_due")

    Calling it calls every function it was filled with, in order, inside the caller's transaction; what one of them raises
    ends the act. Called before it was filled it raises UnfilledHook: nothing is left out silently.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._filled: tuple[Callable[Asked, Answer], ...] = ()

    def filled_by(self, *answers: Callable[Asked, Answer]) -> Self:
        """From now on these functions are called. Returns the hook, so that the wiring can be one table."""
        self._filled = answers
        return self

    def __call__(self, *args: Asked.args, **kwargs: Asked.kwargs) -> list[Answer]:
        if not self._filled:
            raise UnfilledHook(f"Nothing is wired to {self.name}: this process must import marketplace.wiring.")
        return [answer(*args, **kwargs) for answer in self._filled]

    def __repr__(self) -> str:
        return f"Hook({self.name}: {', '.join(_name(each) for each in self._filled) or 'unfilled'})"


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
