"""The books, for whoever answers for them: trial balance, each account, each event, and whether all of it holds."""

from itertools import accumulate

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from marketplace.accounts.permissions import Permission
from marketplace.db import session
from marketplace.kernel import NotFound, now, plain_dollars
from marketplace.ledger.invariants import check_books, recount
from marketplace.ledger.models import LedgerPosting
from marketplace.ledger.queries import balance, names_of, postings_of, transactions, trial_balance
from marketplace.ledger.rules import Account, Side, grows_on
from marketplace.ledger.texts import account_word, side_word
from marketplace.web import Pages, csv_download, get_or_404, page_of

pages = Pages("ledger", __name__, url_prefix="/ledger")


@pages.get("", may=Permission.LEDGER_SEE)
def index() -> str:
    """The trial balance, and every invariant recounted now."""
    used = [line for line in trial_balance() if line.debited or line.credited]
    lines = [line for line in used if line.debit_balance or line.credit_balance]
    verdicts = recount()
    return render_template(
        "ledger/index.html",
        lines=lines,
        level=[line for line in used if line not in lines],
        names=names_of({line.account for line in used}),
        debits=sum(line.debit_balance for line in lines),
        credits=sum(line.credit_balance for line in lines),
        verdicts=verdicts,
        broken=[verdict for verdict in verdicts if not verdict.holds],
        account_word=account_word,
    )


@pages.post("/checks", may=Permission.LEDGER_SEE)
def check() -> ResponseReturnValue:
    """Recount now and keep the outcome: what holds again leaves the inbox."""
    broken = len(check_books(now()).broken)
    if broken:
        flash(
            ngettext("Recounted: %(num)d thing does not hold.", "Recounted: %(num)d things do not hold.", broken),
            "error",
        )
    else:
        flash(_("Recounted: the books hold."))
    return redirect(url_for(".index"), 303)


@pages.get("/trial-balance.csv", may=Permission.LEDGER_SEE)
def trial_balance_csv() -> Response:
    """The same for a spreadsheet."""
    lines = trial_balance()
    names = names_of({line.account for line in lines})
    return csv_download(
        "trial-balance",
        ("account", "name", "debit_usd", "credit_usd"),
        (
            (
                line.account,
                account_word(line.account, names.get(line.account, "")),
                plain_dollars(line.debit_balance),
                plain_dollars(line.credit_balance),
            )
            for line in lines
        ),
    )


@pages.get("/accounts/<account>", may=Permission.LEDGER_SEE)
def account(account: str) -> str:
    """One account: every posting with the balance after it."""
    try:
        side = grows_on(Account(account))
    except ValueError:
        raise NotFound(_("There is no such account in the books.")) from None
    page = page_of(postings_of(account))
    if not page.total:
        raise NotFound(_("There is no such account in the books."))
    moves = [_moved(posting, account, side) for posting in page.items]
    after = _balance_after(account, side, page.items[0].id)
    # Newest first: each balance is the one before less what happened in between.
    balances = list(accumulate([after, *(-move for move in moves[:-1])]))
    others = {posting.credit if posting.debit == account else posting.debit for posting in page.items}
    return render_template(
        "ledger/account.html",
        account=account,
        page=page,
        rows=list(zip(page.items, moves, balances, strict=True)),
        names=names_of({account, *others}),
        balance=balance(Account(account)),
        account_word=account_word,
        side_word=side_word,
    )


def _moved(posting: LedgerPosting, account: str, side: Side) -> int:
    """The change a posting made to the account, positive as it grows."""
    grew = (posting.debit == account) == (side is Side.DEBIT)
    return posting.amount_cents if grew else -posting.amount_cents


def _balance_after(account: str, side: Side, posting_id: int) -> int:
    """The balance just after one posting."""
    until = LedgerPosting.id <= posting_id
    debited, credited = (
        session.scalar(select(func.coalesce(func.sum(LedgerPosting.amount_cents), 0)).where(column == account, until))
        or 0
        for column in (LedgerPosting.debit, LedgerPosting.credit)
    )
    return int(debited - credited) if side is Side.DEBIT else int(credited - debited)


@pages.get("/transactions/<int:transaction_id>", may=Permission.LEDGER_SEE)
def transaction(transaction_id: int) -> str:
    """One event in money with its postings."""
    found = get_or_404(transactions(), transaction_id)
    used = {account for posting in found.postings for account in (posting.debit, posting.credit)}
    return render_template(
        "ledger/transaction.html", transaction=found, names=names_of(used), account_word=account_word
    )
