"""The interface shell: one style sheet, readable colours, pictures that exist, pages that stay within the content policy."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, flash, render_template, render_template_string
from flask.testing import FlaskClient
from flask_babel import Babel
from wtforms import Form, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from marketplace.web import filters, flash_with_undo
from marketplace.web.middleware import assets

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


class Person:
    """Somebody who is signed in, as far as the frame of a page needs one."""

    id = 7
    name = "Rosa Chen"
    organisation_name = "Harbor Family Medicine"


@pytest.fixture(scope="module")
def app() -> Flask:
    """The frame of the pages without the application behind it."""
    app = Flask("shell", template_folder=str(ROOT / "templates"), static_folder=None)
    app.secret_key = "for flashes"
    app.config["SETTINGS"] = SimpleNamespace(agency_name="Northlight")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    filters.register(app)
    app.register_blueprint(assets.pages)
    assets.serve(app, over_https=False)
    app.jinja_env.globals.update(csrf_token=lambda: "token", idempotency_key=lambda: "key")
    return app


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/needs?page=2&state=open&state=held"):
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def is_there(client: FlaskClient, address: str) -> bool:
    with client.get(address) as answer:
        return answer.status_code == 200


def draw(source: str, **values: object) -> str:
    return render_template_string(source, **values)


# --- the style sheet ---


def test_every_sheet_is_served_once_and_the_order_of_layers_comes_first() -> None:
    assert sorted(f"{name}.css" for name in assets.SHEETS) == sorted(path.name for path in (STATIC / "css").iterdir())
    text = re.sub(r"/\*.*?\*/", "", assets.stylesheet().decode(), flags=re.DOTALL).strip()
    assert text.startswith("@layer reset, tokens, base, layout, components, print, utilities;")


def test_the_style_sheet_may_be_kept_for_ever_only_under_the_address_that_names_its_content(
    client: FlaskClient,
) -> None:
    address = f"/static/{assets.hashed('css/app.css')}"
    named = client.get(address, buffered=True)
    assert named.data == assets.stylesheet()
    assert "immutable" in named.headers["Cache-Control"]
    assert not is_there(client, "/static/css/app.css")
    assert not is_there(client, "/static/css/app.000000000000.css")
    again = client.get(address, headers={"If-None-Match": named.headers["ETag"]})
    assert again.status_code == 304


def test_files_named_in_the_style_sheet_exist_under_their_hash(client: FlaskClient) -> None:
    found = re.findall(r'url\("\.\./([^"]+)"\)', assets.stylesheet().decode())
    assert found
    assert all(is_there(client, f"/static/{name}") for name in found)


def colours(theme: int) -> dict[str, tuple[int, int, int]]:
    """The tokens of the light (0) or dark (1) theme as red, green, blue."""
    text = (STATIC / "css/tokens.css").read_text()
    said = dict(re.findall(r"--([\w-]+): ([^;]+);", text))
    found = {}
    for name, value in said.items():
        value = re.sub(r"var\(--([\w-]+)\)", lambda match: said[match[1]], value)
        if pair := re.fullmatch(r"light-dark\((#\w+), (#\w+)\)", value):
            digits = pair[theme + 1].lstrip("#")
            digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
            found[name] = (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    return found


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *((ink, ground, 4.5) for ink in ("ink", "ink-2") for ground in ("bg", "surface", "sunken")),
        *((colour, f"{colour}-soft", 5.6) for colour in ("ok", "warn", "bad", "info")),
        ("brand-ink", "brand", 7.0),
        ("brand-text", "brand-soft", 7.0),
        ("brand-text", "surface", 4.5),
        ("brand-text", "bg", 4.5),
        ("field-line", "surface", 3.0),
    ],
)
def test_every_pair_of_colours_that_carries_words_can_be_read(theme: int, text: str, ground: str, least: float) -> None:
    palette = colours(theme)
    assert contrast(palette[text], palette[ground]) >= least


# --- templates ---


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_stays_within_the_content_policy_and_uses_pictures_that_exist(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text), "style attributes are refused by the policy"
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text), "scripts and styles live in static/"
    assert not re.search(r"""\s(hx-on|on[a-z]+)[:\w-]*\s*=|["']js:|javascript:""", text), "no code in attributes"
    pictures = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    assert set(re.findall(r"""\bicon\(["']([\w-]+)["']""", text)) <= pictures


class Outline(HTMLParser):
    """Counts what a test wants to know about a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 418])
def test_every_refusal_is_a_page_with_a_sentence_and_one_way_on(request_context: None, status: int) -> None:
    page = render_template("errors/error.html", status=status, request_id="7f3a9c")
    outline = Outline(page)
    assert outline.tags.count("h1") == 1
    assert page.count("btn-primary") == 1
    assert re.search(r"<p data-sentence>[A-Z].{20,}</p>", page)
    assert "7f3a9c" in page


def test_a_refusal_that_quotes_what_was_typed_does_not_become_markup(request_context: None) -> None:
    page = render_template("errors/error.html", status=422, sentence='"<script>" is not a name.')
    assert "<script>&#34;" not in page
    assert "&lt;script&gt;" in page


def test_the_style_guide_has_one_h1_and_no_id_twice(request_context: None) -> None:
    outline = Outline(render_template("styleguide.html", person=Person(), nav=[], tabs=[]))
    assert outline.tags.count("h1") == 1
    assert len(outline.ids) == len(set(outline.ids))


def test_signed_out_there_is_no_navigation_and_signed_in_the_page_says_whose_it_is(request_context: None) -> None:
    way = {"url": "/needs", "label": "Needs", "icon": "clipboard-list", "key": "needs", "count": 4, "current": True}
    signed_in = render_template("offline.html", person=Person(), nav=[way], tabs=[way])
    assert 'data-signed-in="7"' in signed_in
    assert 'data-go="n"' in signed_in
    assert 'aria-current="page"' in signed_in
    signed_out = render_template("offline.html", person=None, nav=[way], tabs=[way])
    assert "data-signed-in" not in signed_out
    assert "/needs" not in signed_out


def test_two_ways_that_begin_alike_get_different_keys(request_context: None) -> None:
    ways = [
        {"url": f"/{key}", "label": key, "icon": "users", "key": key} for key in ("schedule", "settings", "shifts", "s")
    ]
    page = render_template("offline.html", person=Person(), nav=ways, tabs=[])
    assert re.findall(r'data-go="(\w)"', page) == ["s", "e", "h"]


# --- macros ---


class Need(Form):  # type: ignore[misc]
    """A form with one field that is needed and one that is not."""

    title = StringField("Title", [DataRequired("Give the need a title.")], description="As people will see it")
    note = TextAreaField("Note", [Optional()])


def test_a_wrong_field_is_linked_with_its_hint_and_error_and_named_in_the_summary(request_context: None) -> None:
    form = Need(data={})
    assert not form.validate()
    source = (
        '{% from "macros/forms.html" import error_summary, field %}'
        "{{ error_summary(form) }}{{ field(form.title) }}{{ field(form.note) }}"
    )
    page = draw(source, form=form)
    assert 'aria-describedby="title-hint title-error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="title-hint"' in page
    assert 'id="title-error"' in page
    assert '<a href="#title">Title</a>: Give the need a title.' in page
    assert "(optional)" in page.split('for="note"')[1]


def test_a_button_that_acts_carries_token_key_version_and_what_else_it_is_given(request_context: None) -> None:
    source = (
        '{% from "macros/forms.html" import act %}{{ act("/x", "Approve", version=3, target="#row", reason="late") }}'
    )
    page = draw(source)
    for name, value in (("csrf_token", "token"), ("idempotency_key", "key"), ("version", "3"), ("reason", "late")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert 'method="post" action="/x" hx-post="/x" hx-target="#row"' in page


@pytest.mark.parametrize("state", ["Waiting for reply", "waiting_for_reply", "WAITING-FOR-REPLY", "sent"])
def test_one_word_for_a_state_however_it_is_stored(request_context: None, state: str) -> None:
    page = draw('{% from "macros/ui.html" import tag %}{{ tag(state) }}', state=state)
    assert page == '<span class="tag tag-warn">Waiting for reply</span>'


def test_a_state_nobody_named_shows_as_it_is(request_context: None) -> None:
    assert "tag-plain" in draw('{% from "macros/ui.html" import tag %}{{ tag("brand new") }}')


def test_flashes_bring_their_way_back(app: Flask) -> None:
    with app.test_request_context("/"):
        flash_with_undo("Approved <b>", "/undo", version=4)
        flash("This shift is taken.", "error")
        page = draw('{% from "macros/toasts.html" import flashed_toasts %}{{ flashed_toasts() }}')
    assert "Approved &lt;b&gt;" in page
    assert 'action="/undo"' in page
    assert 'name="version" value="4"' in page
    assert 'role="alert"' in page
    assert "This shift is taken." in page


def bars(points: list[dict[str, object]]) -> list[tuple[float, float]]:
    """(top, height) of every bar in the wide drawing."""
    source = '{% from "macros/charts.html" import bars %}{{ bars("b", "T", "D", ["One", "Two"], points) }}'
    wide = draw(source, points=points).split("phone-only")[0]
    return [
        (float(y), float(h))
        for y, h in re.findall(r'<rect class="part[^>]* y="([\d.-]+)"[^>]* height="([\d.]+)"', wide)
    ]


def test_bars_stand_on_one_another_and_keep_their_proportions(request_context: None) -> None:
    (first_top, first), (second_top, second) = bars([{"label": "Nov 9", "values": [30, 10], "note": "75%"}])
    assert first == pytest.approx(3 * second, rel=0.01)
    assert second_top + second == pytest.approx(first_top, abs=0.11)
    assert second_top >= 24


@pytest.mark.parametrize(
    "points", [[], [{"label": "Nov 9", "values": [0, 0]}], [{"label": "a", "values": [0.004, 9_000_000]}]]
)
def test_a_drawing_of_nothing_and_of_very_much_stays_on_the_paper(
    request_context: None, points: list[dict[str, object]]
) -> None:
    assert all(top >= 23.9 and top + height <= 196.11 for top, height in bars(points))


# --- going offline ---


def test_the_service_worker_keeps_only_files_that_are_there(client: FlaskClient) -> None:
    text = client.get("/sw.js").get_data(as_text=True)
    shell = json.loads(re.search(r"const SHELL = (\[.*?\]);", text, re.DOTALL)[1])  # type: ignore[index]
    assert shell
    assert all(is_there(client, address) for address in shell)


def test_the_offline_page_belongs_to_nobody(client: FlaskClient) -> None:
    page = client.get("/offline").get_data(as_text=True)
    assert "data-signed-in" not in page
    assert "data-offline-page" in page


def test_the_manifest_carries_the_agencys_name_and_pictures_that_are_there(client: FlaskClient) -> None:
    manifest = json.loads(client.get("/manifest.webmanifest").data)
    assert manifest["name"] == "Northlight"
    assert all(is_there(client, icon["src"]) for icon in manifest["icons"])
