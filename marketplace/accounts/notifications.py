"""Notices and letters about accounts: invitations, links, passwords, the second factor, requests to join."""

from collections.abc import Sequence

from marketplace.accounts.models import Invitation, Person
from marketplace.accounts.texts import ROLE_NAMES
from marketplace.config import settings_in_force
from marketplace.kernel import Clock, JoinedList, Phrase, date_at
from marketplace.messaging.writing import Mail, notify, write_letter

_NOT_YOU = Phrase("If it was not you, change your password now and tell the agency.")


def notify_invited(invitation: Invitation, inviter: str, locale: str, to_sign: Sequence[Phrase] = ()) -> None:
    """The letter with the link, and what waits for their signature. Whoever is invited may have no account yet: it is in

    the language of whoever invites.
    """
    organisation, zone = invitation.organisation.name, settings_in_force().agency_time_zone
    until = JoinedList([date_at(invitation.expires_at, zone), Clock(invitation.expires_at, zone)], ", ")
    mail = Mail(
        Phrase("Your invitation to %(organisation)s", organisation=organisation),
        [
            Phrase("Hello %(name)s,", name=invitation.name),
            Phrase(
                "%(inviter)s has invited you to work with %(organisation)s. Your role: %(role)s.",
                inviter=inviter,
                organisation=organisation,
                role=Phrase(ROLE_NAMES[invitation.role]),
            ),
            *to_sign,
            Phrase("The link works once, until %(time)s.", time=until),
            Phrase("You did not expect this? Then do nothing: without the link nobody can join in your name."),
        ],
        Phrase("Accept the invitation"),
    )
    assert invitation.link is not None
    write_letter(invitation.email, mail, kind="invitation", link=invitation.link, locale=locale)


def notify_new_password_link(person: Person, token: str) -> None:
    """The link with which somebody who has forgotten their password chooses another."""
    mail = Mail(
        Phrase("Choose a new password"),
        [
            Phrase("Somebody, hopefully you, asked for a new password for this address."),
            Phrase(
                "The link works once and for one hour. If it was not you, do nothing: your password stays as it is."
            ),
        ],
        Phrase("Choose a new password"),
    )
    write_letter(person.email, mail, kind="new-password", link=f"/new-password/{token}", locale=person.locale)


def notify_password_changed(person: Person) -> None:
    """Tell the owner of the account, who may not have changed it."""
    mail = Mail(
        Phrase("Your password was changed"),
        [
            Phrase("Your password was changed just now, and you were signed out everywhere else."),
            Phrase("If it was not you, choose a new one at once and tell the agency."),
        ],
        Phrase("It was not me"),
    )
    write_letter(person.email, mail, kind="password-changed", link="/forgotten-password", locale=person.locale)


def notify_new_email(person: Person, address: str, token: str) -> None:
    """The new address gets the link that confirms it; the old one hears that it was asked for."""
    confirm = Mail(
        Phrase("Confirm your new e-mail address"),
        [
            Phrase("%(name)s would like to use this address from now on.", name=person.name),
            Phrase("The link works once and for 24 hours. If you do not know what this is about, do nothing."),
        ],
        Phrase("Confirm this address"),
    )
    write_letter(address, confirm, kind="new-email", link=f"/new-email/{token}", locale=person.locale)
    asked = Mail(
        Phrase("Your e-mail address is about to change"),
        [Phrase("Somebody signed in as you asked to use another e-mail address."), _NOT_YOU],
        Phrase("Open your account"),
    )
    write_letter(person.email, asked, kind="new-email-asked", link="/account", locale=person.locale)


def notify_second_factor_on(person: Person) -> None:
    """From now on a code is asked for too."""
    _tell_about_security(
        person,
        Phrase("Your second factor is on"),
        Phrase("From now on signing in also needs a code from your phone."),
    )


def notify_second_factor_off(person: Person) -> None:
    """From now on the password is enough."""
    _tell_about_security(
        person, Phrase("Your second factor is off"), Phrase("From now on your password alone opens your account.")
    )


def notify_new_recovery_codes(person: Person) -> None:
    """The old codes are worth nothing any more."""
    _tell_about_security(person, Phrase("New recovery codes"), Phrase("Your old recovery codes do not work any more."))


def _tell_about_security(person: Person, subject: Phrase, sentence: Phrase) -> None:
    mail = Mail(subject, [sentence, _NOT_YOU], Phrase("Open your account"))
    write_letter(person.email, mail, kind="security", link="/account", locale=person.locale)


def notify_facility_asks(
    owners: Sequence[Person], organisation: str, name: str, email: str, phone: str, needs: str
) -> None:
    """The agency's owners hear of a facility that would like to work with the agency. `needs` is what it typed."""
    _tell_owners(
        owners,
        Phrase("A facility would like to work with you"),
        Phrase("A facility would like to work with you: %(name)s", name=organisation),
        [Phrase("Facility: %(name)s", name=organisation), *_person(name, email, phone), *needs.splitlines()],
    )


def notify_coordinator_asks(owners: Sequence[Person], name: str, email: str, phone: str, experience: str) -> None:
    """The agency's owners hear of somebody who would like to work. `experience` is what they typed."""
    _tell_owners(
        owners,
        Phrase("Somebody would like to work as a coordinator"),
        Phrase("Somebody would like to work as a coordinator: %(name)s", name=name),
        [*_person(name, email, phone), *experience.splitlines()],
    )


def _person(name: str, email: str, phone: str) -> list[Phrase]:
    telephone = [Phrase("Telephone: %(phone)s", phone=phone)] if phone else []
    return [Phrase("Person: %(name)s, %(email)s", name=name, email=email), *telephone]


def _tell_owners(
    owners: Sequence[Person], subject: Phrase, sentence: Phrase, sentences: Sequence[Phrase | str]
) -> None:
    mail = Mail(subject, sentences, Phrase("Open the site"))
    for owner in owners:
        write_letter(owner.email, mail, kind="lead", link="/", locale=owner.locale)
        notify(owner, sentence, kind="lead", link="/notices")
