"""Every name is printed as its bearer writes it, or the document is not made and says what is missing."""

from datetime import date

import pytest
import typst
from sqlalchemy import func, select

from marketplace.billing.documents import invoice_data
from marketplace.billing.invoicing import issue
from marketplace.db import as_system, session
from marketplace.documents import fonts
from marketplace.documents.fonts import MissingGlyphs, packages_for, unprintable
from marketplace.documents.models import IssuedDocument
from marketplace.documents.typesetting import picture, printable, typeset
from tests.worked import approved
from tests.world import NOW

NAMES = {
    "Vietnamese": "Nguyễn Thị Hương",
    "Polish": "Łukasz Żółć",
    "Turkish": "Şükrü Ağaoğlu",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Юлія Щербакова",
    "Chinese": "北京诊所",
    "Korean": "김하늘",
    "Thai": "สมชาย ใจดี",
    "Arabic": "مريم العلي",
    "Hindi": "अमित शर्मा",
    "emoji": "Harbor 😀",
}
FROM_INTER = ("Vietnamese", "Polish", "Turkish", "Greek", "Cyrillic")


@pytest.fixture
def invoice(world):
    approved(world, world.maya, world.harbor)
    [made] = issue(date(2026, 11, 22), world.felix, NOW)
    return made


@pytest.fixture
def no_system_fonts(monkeypatch):
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())


@pytest.mark.parametrize("script", NAMES)
def test_a_name_of_each_script_is_printed(invoice, script):
    data = {**invoice_data(invoice), "to": [NAMES[script]]}
    assert typeset("invoice", data, NOW).startswith(b"%PDF-")


@pytest.mark.parametrize("script", FROM_INTER)
@pytest.mark.usefixtures("no_system_fonts")
def test_latin_greek_and_cyrillic_need_no_font_of_the_machine(script):
    assert printable(NAMES[script])


@pytest.mark.usefixtures("no_system_fonts")
def test_every_letter_of_the_latin_alphabets_is_in_the_font_that_comes_along():
    letters = (
        chr(code)
        for block in ((0xC0, 0x17F), (0x18F, 0x1C0), (0x1CD, 0x250), (0x1E00, 0x1F00))
        for code in range(*block)
    )
    out_of_use = "\u0149\u1e9c"  # ŉ is deprecated by Unicode, ẜ is of medieval print
    assert [one for one in letters if one.isalpha() and one not in out_of_use and not printable(one)] == []


@pytest.mark.usefixtures("no_system_fonts")
def test_a_letter_typed_in_two_parts_is_printed_as_the_one_letter(invoice):
    data = invoice_data(invoice)
    in_parts = "Nguye\u0302\u0303n"
    assert picture("invoice", {**data, "to": [in_parts]}, NOW) == picture("invoice", {**data, "to": ["Nguyễn"]}, NOW)


@pytest.mark.usefixtures("no_system_fonts")
def test_a_document_with_a_character_that_no_font_has_is_refused_with_what_to_install(client, invoice):
    invoice.facility.contact_name = "北京 สมชาย 😀"
    with pytest.raises(MissingGlyphs, match="fonts-noto-cjk, fonts-noto-color-emoji, fonts-noto-core") as refused:
        typeset("invoice", invoice_data(invoice), NOW)
    assert set(refused.value.characters) >= set("北京สมช😀")
    session.flush()
    rosa = client.sign_in("rosa").get(f"/invoices/{invoice.id}/pdf")
    assert rosa.status == 409
    rosa.sees("no font on the server can print", "fonts-noto-cjk")
    with as_system():
        assert session.scalar(select(func.count()).select_from(IssuedDocument)) == 0


def test_fonts_installed_later_make_the_document_without_a_new_start(client, invoice, monkeypatch):
    invoice.facility.contact_name = "北京"
    session.flush()
    here = fonts.SYSTEM_FOLDERS
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    rosa = client.sign_in("rosa")
    assert rosa.get(f"/invoices/{invoice.id}/pdf").status == 409
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", here)
    assert rosa.get(f"/invoices/{invoice.id}/pdf").status == 200


def test_each_character_names_the_package_that_has_it():
    assert packages_for("北") == packages_for("한") == packages_for("か") == ["fonts-noto-cjk"]
    assert packages_for("😀") == ["fonts-noto-color-emoji"]
    assert packages_for("مส") == ["fonts-noto-core"]


def test_another_complaint_of_the_typesetter_names_no_character():
    assert unprintable("error: unknown variable: total") == ""
    assert unprintable(r"the text `\"\u{e31}\"` could not".replace('\\"', '"') + " be displayed") == "\u0e31"


def test_a_document_does_not_come_out_of_broken_figures():
    with pytest.raises(typst.TypstError):
        typeset("invoice", {}, NOW)
