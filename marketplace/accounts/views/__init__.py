"""The pages of an account: coming in, joining, and what somebody says about themselves."""

from marketplace.accounts.views import (
    account,
    display,
    invitations,
    joining,
    member_invitations,
    new_password,
    own_email,
    own_sign_ins,
    second_factor,
    sign_in,
)
from marketplace.accounts.views.blueprint import pages

__all__ = [
    "account",
    "display",
    "invitations",
    "joining",
    "member_invitations",
    "new_password",
    "own_email",
    "own_sign_ins",
    "pages",
    "second_factor",
    "sign_in",
]
