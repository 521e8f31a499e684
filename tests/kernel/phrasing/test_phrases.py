"""A sentence is worded when somebody reads it: in their language, with days, times and names as they write them."""

import json
import pickle
from datetime import UTC, date, datetime, time

import pytest

from marketplace.kernel import (
    ENGLISH,
    ChangedMeanwhile,
    Clock,
    Invalid,
    JoinedList,
    Language,
    Month,
    Named,
    NotAllowedNow,
    Phrase,
    Weekday,
    When,
    worded,
)
from marketplace.kernel.phrasing import phrases

SAID = {
    "%(name)s has a shift on %(day)s.": "%(name)s tiene un turno el %(day)s.",
    "a need": "una solicitud",
    "%(thing)s is closed.": "%(thing)s está cerrada.",
    "Full at 100%": "Lleno al 100 %",
}
SPANISH = Language("es_US", lambda text: SAID.get(text, text))


@pytest.fixture
def read_in_spanish(monkeypatch):
    monkeypatch.setattr(phrases, "_asked", lambda: SPANISH)


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (date(2026, 11, 24), "Nov 24, 2026", "24 nov 2026"),
        (time(14, 5), "2:05 pm", "2:05 p.m."),
        (Clock(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "Asia/Manila"), "10:50 pm PHT", "10:50 p.m. PHT"),
        (Clock(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Bogota"), "9:50 am UTC-5", "9:50 a.m. UTC-5"),
        (Clock(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago"), "8:50 am CST", "8:50 a.m. CST"),
        (Named("Prior-Authorization", "Autorización previa"), "Prior-Authorization", "Autorización previa"),
        (Phrase("a need"), "a need", "una solicitud"),
        (JoinedList(["bread", "milk"]), "bread and milk", "bread y milk"),
        (JoinedList([date(2026, 11, 24), Phrase("a need")], " "), "Nov 24, 2026 a need", "24 nov 2026 una solicitud"),
        (
            When(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago"),
            "Tue, Nov 24, 8:50 am CST",
            "mar 24 nov, 8:50 a.m. CST",
        ),
        (
            When(
                datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago", datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
            ),
            "Tue, Nov 24, 8:50 am – 5:00 pm CST",
            "mar 24 nov, 8:50 a.m. – 5:00 p.m. CST",
        ),
        (Month(date(2026, 11, 1)), "November 2026", "noviembre 2026"),
        (Weekday(date(2026, 11, 23)), "Mon Nov 23", "lun 23 nov"),
        (1500, "1500", "1500"),
        ("100%(x)s", "100%(x)s", "100%(x)s"),
    ],
)
def test_what_stands_in_a_blank_reads_as_its_reader_writes_it(value, english, spanish):
    assert worded(value, ENGLISH) == english
    assert worded(value, SPANISH) == spanish


@pytest.mark.parametrize(
    "value",
    [
        "Maya",
        12,
        None,
        date(2026, 11, 24),
        Weekday(date(2026, 11, 23)),
        time(14, 5),
        Clock(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago"),
        When(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago"),
        When(datetime(2026, 11, 24, 14, 50, tzinfo=UTC), "America/Chicago", datetime(2026, 11, 25, 1, 0, tzinfo=UTC)),
        Named("Prior-Authorization", "Autorización previa"),
        Phrase("a need"),
        Month(date(2026, 11, 1)),
        JoinedList(["bread", Phrase("%(n)s more", n=JoinedList([1, 2], " ")), date(2026, 11, 24)]),
    ],
)
def test_a_phrase_that_was_kept_is_the_same_phrase_when_it_is_read_again(value):
    said = Phrase("%(thing)s is closed.", thing=value)
    read = Phrase.from_record(json.loads(json.dumps(said.as_record())))
    assert read == said
    assert [read.read(language) for language in (ENGLISH, SPANISH)] == [
        said.read(language) for language in (ENGLISH, SPANISH)
    ]


@pytest.mark.parametrize("value", [datetime(2026, 11, 24, tzinfo=UTC), object(), ["a"], {"a": 1}])
def test_what_could_not_be_read_again_is_never_kept(value):
    with pytest.raises(TypeError, match="cannot be kept"):
        Phrase("%(thing)s is closed.", thing=value).as_record()


def test_a_record_nobody_knows_is_not_taken_for_a_phrase():
    with pytest.raises(ValueError, match="nobody knows"):
        Phrase.from_record({"text": "%(thing)s is closed.", "values": {"thing": {"weight": 12}}})


def test_a_moment_without_a_place_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="needs a place"):
        worded(datetime(2026, 11, 24, tzinfo=UTC), ENGLISH)


def test_a_refusal_is_told_in_the_language_of_whoever_reads_it_and_kept_in_english(read_in_spanish):
    refusal = NotAllowedNow("%(name)s has a shift on %(day)s.", name="Maya", day=date(2026, 11, 24))
    assert refusal.sentence == "Maya tiene un turno el 24 nov 2026."
    assert str(refusal) == "Maya has a shift on Nov 24, 2026."


def test_where_nobody_reads_it_is_english(monkeypatch):
    monkeypatch.setattr(phrases, "_asked", None)
    assert NotAllowedNow("%(name)s has a shift on %(day)s.", name="Maya", day=date(2026, 11, 24)).sentence == (
        "Maya has a shift on Nov 24, 2026."
    )


def test_a_sentence_begins_with_a_capital_whatever_stands_in_its_first_blank(read_in_spanish):
    refusal = NotAllowedNow("%(thing)s is closed.", thing=Phrase("a need"))
    assert (refusal.sentence, str(refusal)) == ("Una solicitud está cerrada.", "A need is closed.")


def test_a_lone_percent_sign_does_no_harm(read_in_spanish):
    assert Invalid("Full at 100%").sentence == "Lleno al 100 %"
    assert Invalid("Ya está al 100 % (%s)").sentence == "Ya está al 100 % (%s)"
    assert Invalid("").sentence == ""


def test_the_same_refusal_can_be_about_another_input(read_in_spanish):
    refusal = Invalid("%(thing)s is closed.", "first_day", thing=Phrase("a need")).at("until")
    assert (refusal.field, refusal.sentence) == ("until", "Una solicitud está cerrada.")


def test_a_refusal_survives_the_way_between_processes():
    refusal = pickle.loads(pickle.dumps(Invalid("%(most)s at most.", "rate", most=3)))
    assert (str(refusal), refusal.field) == ("3 at most.", "rate")
    assert isinstance(pickle.loads(pickle.dumps(ChangedMeanwhile("Look again."))), ChangedMeanwhile)
