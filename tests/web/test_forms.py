"""Forms take what people type, and refuse the rest with a sentence at the field."""

from datetime import date, time
from typing import Any

import flask_babel
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from marketplace.kernel import Invalid
from marketplace.web.forms import (
    Choice,
    Choices,
    ClockTime,
    Day,
    DollarAmount,
    EmailAddress,
    Form,
    Hidden,
    Notes,
    NpiField,
    Secret,
    Tick,
    WholeNumber,
    Words,
    ZoneChoice,
)

SITE = Flask("forms")
SITE.config.update(SECRET_KEY="only for tests", WTF_CSRF_ENABLED=False)
flask_babel.Babel(SITE)

LINES = [("a", "Line A"), ("b", "Line B")]


class Everything(Form):
    title = Words("Title", limit=20)
    reason = Words("Reason", limit=200, guard=True, required=False)
    notes = Notes("Notes", required=False)
    rate = DollarAmount("Rate", least=100, most=50_000)
    heads = WholeNumber("Heads", 1, 50)
    day = Day("Day", earliest=date(2020, 1, 1), latest=date(2030, 12, 31))
    starts = ClockTime("Starts")
    line = Choice("Line", LINES)
    site = Choice("Site", lambda: [(7, "Main"), (9, "Other")], keys=True, required=False)
    skills = Choices("Skills", LINES)
    zone = ZoneChoice("Zone")
    email = EmailAddress("E-mail")
    npi = NpiField("NPI", required=False)
    secret = Secret("Password")
    agreed = Tick("Agreed", must="Say yes.")
    carried = Hidden(limit=5)


GOOD: dict[str, Any] = {
    "title": "  Two heads ",
    "reason": "",
    "notes": "Line one\r\nline two",
    "rate": "$1.00",
    "heads": "50",
    "day": "2026-11-24",
    "starts": "07:30",
    "line": "b",
    "site": "9",
    "skills": ["b", "a", "b"],
    "zone": "America/Chicago",
    "email": " Rosa@Clinic.ORG ",
    "npi": "1234567893",
    "secret": "  exactly so  ",
    "agreed": "y",
    "carried": "12345",
}


def posted(**changes: Any) -> tuple[Everything, dict[str, list[str]]]:
    data = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with SITE.test_request_context(method="POST"):
        form = Everything(MultiDict(data))  # also what no browser can send, such as half a character
        form.validate()
        return form, {name: [str(e) for e in errors] for name, errors in form.errors.items()}


def test_what_is_right_arrives_as_what_it_means():
    form, errors = posted()
    assert errors == {}
    assert form.data == {
        "title": "Two heads",
        "reason": "",
        "notes": "Line one\nline two",
        "rate": 100,
        "heads": 50,
        "day": date(2026, 11, 24),
        "starts": time(7, 30),
        "line": "b",
        "site": 9,
        "skills": ["a", "b"],
        "zone": "America/Chicago",
        "email": "Rosa@clinic.org",
        "npi": "1234567893",
        "secret": "  exactly so  ",
        "agreed": True,
        "carried": "12345",
    }


@pytest.mark.parametrize("name", ["title", "rate", "heads", "day", "starts", "line", "zone", "email", "secret"])
@pytest.mark.parametrize("value", ["", "   ", None])
def test_what_is_needed_and_missing_is_said_once_at_its_field(name, value):
    if name == "secret" and value == "   ":
        return
    _, errors = posted(**{name: value})
    assert list(errors) == [name]
    assert len(errors[name]) == 1


ODD = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "1_000",
    "١٢٣",
    "1E5",
    "sNaN",
    "Infinity",
    "-0",
    "0x10",
    "1e999",
    "9" * 40,
    "9" * 5000,
    "12,34",
    "1.005",
    "½",
    "²",
    "true",
    "[]",
    "{}",
    "' OR 1=1 --",
    "<script>",
    "%s",
    "{{7*7}}",
    "../../etc/passwd",
    "\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("name", ["rate", "heads", "day", "starts", "line", "site", "zone", "npi", "email"])
def test_odd_values_are_refused_at_their_field(name, value):
    _, errors = posted(**{name: value})
    assert list(errors) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # each just outside of what the field takes
        ("rate", "0.99"),
        ("rate", "500.01"),
        ("rate", "-5"),
        ("rate", "1.234"),
        ("rate", "٤٢"),
        ("heads", "0"),
        ("heads", "51"),
        ("heads", "1.0"),
        ("heads", "+1"),
        ("heads", "-1"),
        ("day", "2026-02-30"),
        ("day", "2019-12-31"),
        ("day", "2031-01-01"),
        ("day", "20261124"),
        ("day", "2026-W48-2"),
        ("day", "24/11/2026"),
        ("day", "٢٠٢٦-١١-٢٤"),
        ("day", "0000-01-01"),
        ("starts", "24:00"),
        ("starts", "7:30"),
        ("starts", "07:60"),
        ("starts", "07:30:15"),
        ("starts", "07:30 am"),
        ("line", "c"),
        ("site", "8"),
        ("site", "-7"),
        ("site", "07x"),
        ("skills", ["a", "zz"]),
        ("zone", "Mars/Base"),
        ("zone", "right/UTC"),
        ("email", "a@b"),
        ("email", "a b@c.org"),
        ("email", "@c.org"),
        ("email", "a@" + "b" * 300 + ".org"),
        ("npi", "1234567890"),
        ("secret", "x" * 129),
        ("secret", "a\x00b"),
        ("agreed", ""),
        ("title", "x" * 21),
    ],
)
def test_out_of_range_is_refused_at_its_field(name, value):
    _, errors = posted(**{name: value})
    assert list(errors) == [name]


def test_seconds_that_a_browser_adds_are_taken_when_they_are_zero():
    assert posted(starts="07:30:00")[0].starts.data == time(7, 30)
    assert posted(starts="07:30:00.000")[0].starts.data == time(7, 30)


@pytest.mark.parametrize("name", ["reason", "notes"])
def test_what_identifies_a_patient_is_refused_and_not_repeated(name):
    _, errors = posted(**{name: "Call about SSN 123-45-6789 please"})
    assert list(errors) == [name]
    assert "123-45-6789" not in str(errors)


def test_what_may_identify_a_patient_is_asked_about_and_taken_once_confirmed():
    doubtful = "Call John Smith, the patient, at 312-555-0188"
    form, errors = posted(notes=doubtful)
    assert list(errors) == ["notes"]
    with SITE.test_request_context():
        assert 'name="notes-harmless"' in str(form.notes())
    with SITE.test_request_context(method="POST", data={**GOOD, "notes": doubtful, "notes-harmless": "yes"}):
        form = Everything()
        assert form.validate()
        assert form.notes.data == doubtful


def test_confirming_does_not_let_a_strong_identifier_through():
    with SITE.test_request_context(method="POST", data={**GOOD, "notes": "SSN 123-45-6789", "notes-harmless": "yes"}):
        assert not Everything().validate()


def test_what_was_typed_stands_there_again_without_what_cannot_be_shown():
    form, _ = posted(rate="1_000", title="a\x00b" + "x" * 30)
    with SITE.test_request_context():
        assert 'value="1_000"' in str(form.rate())
        assert 'value="ab' in str(form.title())


def test_a_password_is_never_shown_again():
    form, _ = posted(title="")
    with SITE.test_request_context():
        assert "exactly so" not in str(form.secret())


@pytest.mark.parametrize("body", [{"title": 5}, {"rate": {"a": 1}}, ["title"], "x", None, 7])
def test_a_json_body_feeds_no_form(body):
    with SITE.test_request_context(method="POST", json=body):
        form = Everything()
        assert not form.validate()
        assert form.title.data == ""


def test_only_declared_fields_reach_the_thing():
    class Thing:
        title, state, id = "old", "draft", 1

    with SITE.test_request_context(method="POST", data={**GOOD, "state": "active", "id": "2"}):
        thing = Thing()
        form = Everything()
        assert form.validate()
        form.title.populate_obj(thing, "title")
        assert not hasattr(form, "state")
        assert (thing.title, thing.state, thing.id) == ("Two heads", "draft", 1)


def test_a_stored_thing_stands_in_the_form():
    class Thing:
        title, rate, heads, day, starts, line, site, skills = "T", 4250, 3, date(2026, 1, 2), time(7, 5), "a", 7, ["b"]
        zone = "Europe/Oslo"

    with SITE.test_request_context():
        form = Everything(obj=Thing())
        assert 'value="42.50"' in str(form.rate())
        assert 'value="2026-01-02"' in str(form.day())
        assert 'value="07:05"' in str(form.starts())
        assert '<option selected value="7">' in str(form.site())
        assert '<option selected value="Europe/Oslo">' in str(form.zone())
        assert str(form.skills()).count("checked") == 1


def test_a_refusal_of_the_domain_stands_at_its_field_or_on_top():
    form, _ = posted()
    form.refuse(Invalid("Too early.", "starts"))
    form.refuse(Invalid("The contract has ended."))
    assert form.summary == [(None, "", "The contract has ended."), ("starts", "Starts", "Too early.")]


@pytest.mark.parametrize(("sent", "read"), [("7", 7), ("", None), (None, None)])
def test_the_version_travels_in_the_form(sent, read):
    data = {"version": sent} if sent is not None else {}
    with SITE.test_request_context(method="POST", data=data):
        assert Form().posted_version == read


@pytest.mark.parametrize("sent", ["x", "-1", "1.0", "٧", "99999999999", "2147483648", "1_0"])
def test_a_damaged_version_is_refused(sent):
    with SITE.test_request_context(method="POST", data={"version": sent}), pytest.raises(Invalid, match="damaged"):
        _ = Form().posted_version


@given(st.sampled_from(sorted(GOOD)), st.text(max_size=400))
def test_any_text_in_any_field_gets_an_answer(name, value):
    form, errors = posted(**{name: value})
    assert set(errors) <= {name}
    with SITE.test_request_context():
        for field in form:
            str(field())
