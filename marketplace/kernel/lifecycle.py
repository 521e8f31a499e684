"""The life of a thing as a table: from which state, by which act, to which state, and nothing else."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from marketplace.kernel.errors import Invalid, NotAllowedNow
from marketplace.kernel.phrasing.phrases import Phrase

S = TypeVar("S", bound=StrEnum)

# Participles that English does not form by adding -ed.
_IRREGULAR = {
    "begin": "begun",
    "cancel": "canceled",
    "hold": "put on hold",
    "pay": "paid",
    "send": "sent",
    "submit": "submitted",
    "undo": "undone",
    "uphold": "upheld",
    "win": "won",
    "lose": "lost",
    "withdraw": "withdrawn",
}


def participle(act: str) -> str:
    """The act as it reads after "cannot be": submit → submitted, check_in → checked in."""
    verb, *rest = act.split("_")
    if verb in _IRREGULAR:
        done = _IRREGULAR[verb]
    elif verb.endswith("e"):
        done = verb + "d"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        done = verb[:-1] + "ied"
    else:
        done = verb + "ed"
    return " ".join([done, *rest])


def state_words(state: StrEnum) -> Phrase:
    """The words of a state behind the thing that has it: "that is on hold". Screens spell as Americans do."""
    return Phrase(f"that is {state.value.replace('_', ' ').replace('cancelled', 'canceled')}")


class Lifecycle(Generic[S]):
    """A table of moves. It is the only thing that computes a next state, so no state is reached by another road."""

    def __init__(self, name: str, moves: Mapping[tuple[S, str], S]) -> None:
        self.name = name
        self.moves = dict(moves)
        self._acts = frozenset(act for _, act in self.moves)

    @property
    def states(self) -> tuple[S, ...]:
        """Every state of the thing, in the order they were declared; the first is how it begins."""
        return tuple(type(next(iter(self.moves))[0]))

    def allows(self, state: S, act: str) -> bool:
        """Whether the act may be done to a thing in this state."""
        return (state, act) in self.moves

    def acts(self, state: S) -> tuple[str, ...]:
        """The acts allowed in this state, in the order of the table."""
        return tuple(act for origin, act in self.moves if origin == state)

    def after(self, state: S, act: str) -> S:
        """The state after the act. Raises NotAllowedNow when this state does not allow it."""
        if (state, act) in self.moves:
            return self.moves[state, act]
        if act not in self._acts:
            raise Invalid("That is not something that can be done to %(thing)s.", thing=self._thing)
        raise NotAllowedNow(
            "%(thing)s %(state)s %(cannot)s.",
            thing=self._thing,
            state=state_words(state),
            cannot=Phrase(f"cannot be {participle(act)}"),
        )

    def mermaid(self) -> str:
        """The life as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.states[0].value}"]
        lines += [f"    {origin.value} --> {end.value} : {act}" for (origin, act), end in self.moves.items()]
        lines += [f"    {state.value} --> [*]" for state in self.states if not self.acts(state)]
        return "\n".join(lines) + "\n"

    def texts(self) -> list[str]:
        """The words a refusal of this table may use, for the catalogue: the thing, its states and its acts."""
        acts = [f"cannot be {participle(act)}" for act in sorted(self._acts)]
        return [self._thing.template, *(state_words(state).template for state in self.states), *acts]

    @property
    def _thing(self) -> Phrase:
        return Phrase(f"{'an' if self.name[0].lower() in 'aeiou' else 'a'} {self.name}")
