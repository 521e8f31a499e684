"""Pay statements as documents: every line of what a coordinator is paid, ready to be set.

A statement is in the language of the coordinator when the pay run was approved (`Payout.locale`).
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.config import settings_in_force
from marketplace.coordinators.models import Coordinator
from marketplace.db import session
from marketplace.documents.archive import stored_document
from marketplace.documents.letterhead import in_words, letterhead, printed_day, void_mark
from marketplace.documents.models import IssuedDocument
from marketplace.kernel import Language, Phrase, dollars, hours_and_minutes, local_day
from marketplace.messaging.languages import language_of
from marketplace.payouts.models import Payout
from marketplace.payouts.rules import ENDED


def paper_of_payout(payout_id: int) -> IssuedDocument:
    """The pay statement of a payout, as it was set when first asked for. The caller has checked who may see it.

    A payout that came to nothing has a second statement, marked VOID; the first is kept and no longer handed out.
    """
    payout = session.scalars(
        select(Payout)
        .where(Payout.id == payout_id)
        .options(
            joinedload(Payout.coordinator).joinedload(Coordinator.person),
            joinedload(Payout.pay_run),
            selectinload(Payout.items),
        )
    ).one()
    return stored_document(
        "void_pay_statement" if payout.ended_at else "pay_statement",
        payout.id,
        "pay_statement",
        lambda: statement_data(payout),
        payout.ended_at or payout.created_at,
        coordinator_id=payout.coordinator_id,
    )


def statement_data(payout: Payout) -> dict[str, Any]:
    """Everything printed on a pay statement, as text."""
    approved = payout.created_at.date()
    language = language_of(payout.locale)
    facts = [
        (Phrase("Approved"), printed_day(approved, language)),
        (Phrase("Work up to"), printed_day(payout.pay_run.until, language)),
        (Phrase("Pay run"), str(payout.pay_run_id)),
    ]
    sums = [
        (Phrase("Hours"), hours_and_minutes(sum(item.minutes for item in payout.items))),
        (Phrase("Deductions"), dollars(0)),
    ]
    return {
        **letterhead(language),
        "title": Phrase("Pay statement").read(language),
        "void": _void(payout, language),
        "number": f"PAY-{payout.id:05d}",
        "to": [payout.coordinator.name, payout.coordinator.person.email],
        "facts": in_words(facts, language),
        "lines": [
            {
                "day": str(position),
                "what": item.printed,
                "hours": hours_and_minutes(item.minutes),
                "rate": dollars(item.rate_cents),
                "amount": dollars(item.amount_cents),
            }
            for position, item in enumerate(payout.items, 1)
        ],
        "sums": in_words(sums, language),
        "total_label": Phrase("Net pay").read(language),
        "total": dollars(payout.amount_cents),
        "year_head": Phrase("This year").read(language),
        "year": Phrase("Approved in %(year)s, this statement included", year=approved.year).read(language),
        "year_total": dollars(_year_to_date(payout)),
        "contractor": Phrase(
            "You are paid as an independent contractor: no tax is withheld. Something looks wrong? Write to %(address)s.",
            address=settings_in_force().mail_from,
        ).read(language),
    }


def _void(payout: Payout, language: Language) -> dict[str, str] | None:
    if payout.ended_at is None:
        return None
    day = local_day(payout.ended_at, payout.coordinator.time_zone)
    said = Phrase(
        "Void since %(day)s. This was not paid; the hours are paid with a later statement.",
        day=printed_day(day, language),
    )
    return void_mark(said, payout.end_reason, language)


def _year_to_date(payout: Payout) -> int:
    """Cents approved for the coordinator in the calendar year of this payout, up to and with it."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Payout.amount_cents), 0)).where(
                Payout.coordinator_id == payout.coordinator_id,
                Payout.id <= payout.id,
                func.extract("year", Payout.created_at) == payout.created_at.year,
                Payout.state.not_in(ENDED) | (Payout.id == payout.id),
            )
        )
        or 0
    )
