"""Notices and letters to a coordinator about pay."""

from marketplace.kernel import Phrase, dollars
from marketplace.messaging.writing import notify
from marketplace.payouts.models import Payout

PAGE = "/earnings"


def notify_sent(payout: Payout) -> None:
    """The money has left the agency's account."""
    amount = dollars(payout.amount_cents)
    notify(
        payout.coordinator.person,
        Phrase("%(amount)s is on its way to your bank.", amount=amount),
        kind="payout",
        link=PAGE,
    )


def notify_failed(payout: Payout) -> None:
    """The bank sent it back: what was earned is not lost."""
    amount = dollars(payout.amount_cents)
    sentence = Phrase("A payment of %(amount)s did not arrive.", amount=amount)
    notify(payout.coordinator.person, sentence, kind="payout", link=PAGE)
