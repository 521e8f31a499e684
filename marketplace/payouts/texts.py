"""One word for each standing of a pay run and a payout, everywhere."""

from flask_babel import gettext as _

from marketplace.payouts.rules import PayoutState, PayRunState


def payout_word(state: PayoutState) -> tuple[str, str]:
    """The word in the reader's language, and the kind of label it is shown in."""
    words: dict[PayoutState, tuple[str, str]] = {
        PayoutState.RESERVED: (_("Set aside"), "warn"),
        PayoutState.APPROVED: (_("To be sent"), "warn"),
        PayoutState.SENT: (_("Sent"), "info"),
        PayoutState.PAID: (_("Paid"), "ok"),
        PayoutState.FAILED: (_("Failed"), "bad"),
        PayoutState.RELEASED: (_("Not paid"), "plain"),
        PayoutState.REVERSED: (_("Reversed"), "plain"),
    }
    return words[state]


def run_word(state: PayRunState) -> tuple[str, str]:
    """The same for a whole run."""
    words: dict[PayRunState, tuple[str, str]] = {
        PayRunState.DRAFT: (_("Draft"), "plain"),
        PayRunState.APPROVED: (_("To be sent"), "warn"),
        PayRunState.SENT: (_("Sent"), "info"),
        PayRunState.COMPLETED: (_("Paid"), "ok"),
        PayRunState.DISCARDED: (_("Discarded"), "plain"),
    }
    return words[state]
