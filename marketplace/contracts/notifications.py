"""Notices and letters about agreements: one waits for a signature, was signed, is active, was terminated."""

from marketplace.accounts.models import Invitation
from marketplace.contracts.models import Agreement, AgreementKind
from marketplace.contracts.queries import contract_managers, sent_to_invited, signers
from marketplace.kernel import Phrase
from marketplace.messaging.writing import Mail, notify


def notify_sent(agreement: Agreement) -> None:
    """The other side is asked to read and sign."""
    waits = Phrase("%(what)s waits for your signature.", what=_what(agreement))
    subject = Phrase("%(what)s waits for your signature", what=_what(agreement))
    then = Phrase("Read it, then type your name under it. It takes effect when the agency puts it in force.")
    _tell_signers(agreement, waits, Mail(subject, [waits, then], Phrase("Read and sign")))


def notify_signed(agreement: Agreement) -> None:
    """The agency's people for contracts hear that it can be activated."""
    sentence = Phrase("%(party)s signed: %(what)s.", party=agreement.party, what=_what(agreement))
    letter = Mail(
        Phrase("%(what)s is signed", what=_what(agreement)),
        [sentence, Phrase("No shift starts under it until you put it in force.")],
        Phrase("Put it in force"),
    )
    for person in contract_managers():
        notify(person, sentence, kind="contract", link=f"/contracts/{agreement.id}", letter=letter)


def notify_active(agreement: Agreement) -> None:
    """From now on it holds; whoever is still getting started reads what comes next behind the button."""
    sentence = Phrase("%(what)s is in force.", what=_what(agreement))
    letter = Mail(
        Phrase("%(what)s is in force", what=_what(agreement)),
        [sentence, Phrase("It holds from %(day)s on.", day=agreement.effective_from)],
        Phrase("Look at it"),
    )
    _tell_signers(agreement, sentence, letter)


def notify_terminated(agreement: Agreement, reason: str) -> None:
    """It holds no longer; the reason is as the agency typed it."""
    ended = Phrase("%(what)s was terminated.", what=_what(agreement))
    subject = Phrase("%(what)s was terminated", what=_what(agreement))
    _tell_signers(agreement, ended, Mail(subject, [ended, reason], Phrase("Look at it")))


def to_sign_once_joined(invitation: Invitation) -> list[Phrase]:
    """For the letter of an invitation: what waits for a signature, and that joining leads there."""
    return [
        Phrase("%(what)s waits for your signature: once you have joined, you are led to it.", what=_what(agreement))
        for agreement in sent_to_invited(invitation)
    ]


def _tell_signers(agreement: Agreement, sentence: Phrase, letter: Mail | None = None) -> None:
    for person in signers(agreement):
        notify(person, sentence, kind="contract", link=f"/contracts/{agreement.id}", letter=letter)


def _what(agreement: Agreement) -> Phrase:
    if agreement.kind is AgreementKind.MASTER:
        return Phrase("The master agreement with %(party)s", party=agreement.party)
    return Phrase("The BAA with %(party)s", party=agreement.party)
