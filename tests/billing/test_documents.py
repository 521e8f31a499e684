"""Papers: what people typed is shown as they typed it, and the same figures give the same bytes."""

import hashlib
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.billing.credit_notes import give_credit
from marketplace.billing.documents import credit_note_data, invoice_data, paper_of_credit_note, paper_of_invoice
from marketplace.billing.invoicing import issue
from marketplace.billing.tasks import set_invoice
from marketplace.db import session
from marketplace.documents.models import IssuedDocument
from marketplace.documents.typesetting import picture, typeset
from tests.worked import approved
from tests.world import NOW

TYPED = [
    '#panic("no")',
    "*bold* _it_ $x$ `raw`",
    '#import "letter.typ"',
    "</script>",
    "北京 Žižka",
    "a" * 300,
    "\\ # [ ] { }",
]


@pytest.fixture
def invoice(world):
    approved(world, world.maya, world.harbor)
    [made] = issue(date(2026, 11, 22), world.felix, NOW)
    return made


@pytest.mark.parametrize("typed", TYPED)
def test_nothing_that_was_typed_is_read_as_markup(world, invoice, typed):
    invoice.facility.contact_name = typed
    note = give_credit(invoice, typed, world.felix, NOW, amount=100)
    assert typeset("invoice", invoice_data(invoice), NOW).startswith(b"%PDF-")
    assert typeset("credit_note", credit_note_data(note), NOW).startswith(b"%PDF-")


def test_markup_would_look_different_from_what_is_shown(invoice):
    data = invoice_data(invoice)
    plain = picture("invoice", {**data, "number": "bold"}, NOW)
    starred = picture("invoice", {**data, "number": "*bold*"}, NOW)
    assert plain != starred
    assert picture("invoice", {**data, "number": "*bold*"}, NOW) == starred


def test_a_long_invoice_goes_over_as_many_pages_as_it_needs(invoice):
    data = invoice_data(invoice)
    assert len(picture("invoice", {**data, "lines": data["lines"] * 60}, NOW)) == 3


def test_the_paper_is_kept_as_it_was_first_set(world, invoice):
    set_invoice(invoice.id)
    first = paper_of_invoice(invoice.id)
    assert hashlib.sha256(first.pdf).hexdigest() == first.sha256
    world.harbor.name = "Another name"
    assert paper_of_invoice(invoice.id).sha256 == first.sha256
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE issued_paper SET pdf = ''"))
    session.rollback()


def test_a_credit_note_has_a_paper_of_its_own(world, invoice):
    note = give_credit(invoice, "Goodwill", world.felix, NOW, amount=100)
    paper = paper_of_credit_note(note.id)
    assert (paper.kind, paper.thing_id, paper.facility_id) == ("credit_note", note.id, world.harbor.id)
    assert session.scalars(select(IssuedDocument.kind)).all() == ["credit_note"]
