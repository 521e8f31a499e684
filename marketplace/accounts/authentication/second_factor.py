"""The second factor: a code from the person's phone, each good once; ten recovery codes for the day the phone is gone."""

import base64
import io
import re
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import cast, func, update
from sqlalchemy.dialects.postgresql import JSONB

from marketplace.accounts.authentication.encryption import fingerprint, seal, unseal
from marketplace.accounts.models import Person
from marketplace.accounts.permissions import Role
from marketplace.db import session

STEP_SECONDS = 30
RECOVERY_CODES = 10

REQUIRED_OF = frozenset(
    {role for role in Role if role.value.startswith("agency_")}
    | {Role.FACILITY_OWNER, Role.FACILITY_APPROVER, Role.FACILITY_BILLING}
)
"""Who may not work here with a password alone; it is offered to everybody else."""


def required_of(person: Person) -> bool:
    """Whether any role this person holds asks for a second factor."""
    return any(membership.active and membership.role in REQUIRED_OF for membership in person.memberships)


def new_seed() -> str:
    """A fresh seed in base32, as authenticator apps take it: 160 bits."""
    return pyotp.random_base32()


def app_address(seed: str, person: Person, site: str) -> str:
    """The content of the QR code (the otpauth key URI)."""
    return pyotp.TOTP(seed).provisioning_uri(name=person.email, issuer_name=site)


def qr_picture(text: str) -> str:
    """The QR code as a data address for an image: dark on white in both themes, with its quiet border."""
    import qrcode  # brings Pillow and lxml along; one page in a person's life shows a code
    from qrcode.image.svg import SvgPathImage

    picture = qrcode.make(text, image_factory=SvgPathImage, box_size=10, border=4)
    file = io.BytesIO()
    picture.save(file)
    drawn = file.getvalue().replace(b"<path", b'<rect width="100%" height="100%" fill="#fff"/><path', 1)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()


def step_of(seed: str, code: str, at: datetime) -> int | None:
    """The time step this code belongs to: the present one or the one before (a slow typist). None when it is wrong."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    present = int(at.timestamp()) // STEP_SECONDS
    for step in (present, present - 1):
        if secrets.compare_digest(pyotp.TOTP(seed).generate_otp(step), code):
            return step
    return None


def turn_on(person: Person, seed: str, step: int, secret_key: str) -> list[str]:
    """From now on `person` needs codes of `seed`; `step` is the one just used. Returns the recovery codes, once."""
    person.totp_seed = seal(seed.encode(), f"person.totp_seed:{person.id}", secret_key)
    person.totp_last_step = step
    return renew_recovery_codes(person, secret_key)


def turn_off(person: Person) -> None:
    """Back to the password alone, where the role allows it."""
    person.totp_seed = person.totp_last_step = person.recovery_hashes = None


def renew_recovery_codes(person: Person, secret_key: str) -> list[str]:
    """Ten new codes such as `k7m2-9qrt-x4bw`; the old ones are dead. Only their keyed hashes are kept."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    person.recovery_hashes = [_recovery_hash(person, code, secret_key) for code in codes]
    return codes


def use_code(person: Person, typed: str, at: datetime, secret_key: str) -> bool:
    """Use up a code from the app, or a recovery code. Each works once, whoever else tries it at the same moment."""
    plain = re.sub(r"[\s-]", "", typed.strip().casefold())
    if re.fullmatch(r"[0-9]{6}", plain):
        return _use_app_code(person, plain, at, secret_key)
    return _use_recovery_code(person, plain, secret_key)


def _use_app_code(person: Person, code: str, at: datetime, secret_key: str) -> bool:
    if person.totp_seed is None:
        return False
    seed = unseal(person.totp_seed, f"person.totp_seed:{person.id}", secret_key).decode()
    step = step_of(seed, code, at)
    if step is None:
        return False
    # One statement: of several sessions with the same code, the first moves the step and the others find it moved.
    used = session.execute(
        update(Person)
        .where(Person.id == person.id, func.coalesce(Person.totp_last_step, -1) < step)
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
        .returning(Person.id)
    ).all()
    return bool(used)


def _use_recovery_code(person: Person, code: str, secret_key: str) -> bool:
    kept = _recovery_hash(person, code, secret_key)
    held = cast(Person.recovery_hashes, JSONB)
    used = session.execute(
        update(Person)
        .where(Person.id == person.id, held.has_key(kept))
        .values(recovery_hashes=held.op("-", return_type=JSONB())(kept))
        .execution_options(synchronize_session=False)
        .returning(Person.id)
    ).all()
    return bool(used)


_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def _recovery_hash(person: Person, code: str, secret_key: str) -> str:
    return fingerprint(re.sub(r"[\s-]", "", code.casefold()), f"recovery:{person.id}", secret_key)
