"""The ways this site says no, each as a sentence the person can act on."""


class Refusal(Exception):
    """Something was asked that will not be done; `sentence` says why and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Invalid(Refusal):
    """What was entered cannot be right; `field` names the input it belongs to, when there is one."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotPermitted(Refusal):
    """This person may not do this, though they may see it."""


class NotAllowedNow(Refusal):
    """Nobody can do this in the present state of things."""


class ChangedMeanwhile(NotAllowedNow):
    """Somebody else changed it since it was shown."""


class NotFound(Refusal):
    """There is no such thing, or none this person may know of."""
