"""The ways this site says no, each as a sentence the person can act on, in the language of its reader."""

from typing import Self

from marketplace.kernel.phrasing.phrases import ENGLISH, Language, Phrase, current_reader


class Refusal(Exception):
    """Something was asked that will not be done; `sentence` says why and what to do instead.

    The sentence is given as English, with blanks and what stands in them, and is a text of the catalogue:

        raise NotAllowedNow("%(name)s already has this shift.", name=coordinator.name)

    Or as a Phrase, or as words that are in the reader's language already. As a string (in a log, in the record) it is
    English.
    """

    def __init__(self, sentence: str | Phrase, /, **values: object) -> None:
        super().__init__(sentence)
        self.phrase = sentence if isinstance(sentence, Phrase) else Phrase(str(sentence), **values)

    @property
    def sentence(self) -> str:
        """The sentence, in the language of its present reader."""
        return self._read(current_reader())

    def __str__(self) -> str:
        return self._read(ENGLISH)

    def _read(self, language: Language) -> str:
        words = self.phrase.read(language)
        # The first blank may hold a word of ours, which begins small: "a need".
        return words[:1].upper() + words[1:] if self.phrase.template.startswith("%(") else words


class Invalid(Refusal):
    """An entry cannot be right; `field` names the input it belongs to, when there is one."""

    def __init__(self, sentence: str | Phrase, field: str | None = None, /, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field

    def at(self, field: str | None) -> Self:
        """The same refusal, about another input."""
        return type(self)(self.phrase, field)


class NotPermitted(Refusal):
    """This person may not do this, though they may see it."""


class NotAllowedNow(Refusal):
    """Nobody can do this in the present state of things."""


class NotYet(NotAllowedNow):
    """Something else comes first; `link` is the page of this site where it is done, `label` the words of its button."""

    link = "/"
    label: Phrase | None = None

    def first(self, link: str, label: Phrase) -> Self:
        """The same refusal, with the way to what has to be done first."""
        self.link, self.label = link, label
        return self


class ChangedMeanwhile(NotAllowedNow):
    """Somebody else changed it since it was shown."""


class NotFound(Refusal):
    """There is no such thing, or none this person may know of."""
