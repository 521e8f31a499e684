# mypy: disallow-subclassing-any=False
"""Forms about a credential: the coordinator's upload and the agency's review."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from marketplace.catalogue.lists import STATE_CHOICES
from marketplace.catalogue.models import CredentialType
from marketplace.credentials.files.limits import MOST_BYTES
from marketplace.credentials.queries import kind_of
from marketplace.credentials.review import LONGEST_NOTE
from marketplace.credentials.rules import LONGEST_NUMBER, CredentialDraft
from marketplace.kernel import Invalid, called
from marketplace.web.forms import Choice, Day, Form, Tick, Words

TAKEN = "application/pdf,image/jpeg,image/png,image/webp"


class Upload(FileField):
    """One file, whose content is examined later; a phone offers its camera."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, render_kw={"accept": TAKEN}, **options)

    def content(self) -> tuple[bytes, str]:
        """The bytes and the name the browser gives; raises Invalid without a file. One byte more than allowed is read."""
        if not getattr(self.data, "filename", ""):
            raise Invalid("Choose a file, or take a photo.", self.name)
        self.data.stream.seek(0)  # a request that is tried again has read it before
        return self.data.stream.read(MOST_BYTES + 1), self.data.filename


class PaperForm(Form):
    """The facts on a credential."""

    number = Words(_l("Number"), limit=LONGEST_NUMBER, required=False)
    region = Choice(_l("State"), STATE_CHOICES, required=False)
    multistate = Tick(_l("Multistate (it says so on the license)"))
    issued_on = Day(_l("Issued on"), required=False)
    expires_on = Day(_l("Last valid day"), required=False)

    def paper_as(self, kind: CredentialType) -> CredentialDraft:
        return CredentialDraft(
            kind_of(kind),
            self.number.data,
            self.region.data or "",
            bool(self.multistate.data),
            self.issued_on.data,
            self.expires_on.data,
        )

    def filled_from(self, row: Any) -> "PaperForm":
        """The form filled from `row`, without the values posted to the page."""
        for field in self:
            field.process(None, getattr(row, field.name, field.data))
        return self


class UploadForm(PaperForm):
    """A coordinator hands in a paper."""

    type = Choice(_l("What it is"))
    file = Upload(_l("Photo or PDF"))

    def offer(self, kinds: Sequence[CredentialType]) -> None:
        self.type.choices = [(kind.code, called(kind)) for kind in kinds]


class VerifyForm(PaperForm):
    """The agency holds it against its source."""

    note = Words(_l("Where you looked it up"), limit=LONGEST_NOTE, required=False, guard=True)


class RejectionForm(Form):
    """Why it is rejected or revoked; the coordinator reads it."""

    reason = Words(_l("Reason"), limit=LONGEST_NOTE, guard=True)
