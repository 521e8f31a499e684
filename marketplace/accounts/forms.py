"""Forms about people: sign-in, the account, invitations, members."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from marketplace.accounts.models import Organisation
from marketplace.accounts.policy import least_role, roles_of
from marketplace.accounts.texts import role_meaning, role_name
from marketplace.web.forms import Choice, EmailAddress, Form, Hidden, Notes, Secret, Tick, Words


class SignInForm(Form):
    email = EmailAddress(_l("E-mail address"), render_kw={"autocomplete": "username", "spellcheck": "false"})
    password = Secret(_l("Password"), render_kw={"autocomplete": "current-password"})
    next = Hidden()


class CodeForm(Form):
    code = Words(
        _l("Code"),
        limit=20,
        description=_l("Six digits from your authenticator app, or one of your recovery codes."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"},
    )
    next = Hidden()


class ConfirmForm(Form):
    password = Secret(_l("Your password"), render_kw={"autocomplete": "current-password"})
    next = Hidden()


class EmailForm(Form):
    email = EmailAddress(_l("E-mail address"))


class NewPasswordForm(Form):
    password = Secret(
        _l("New password"),
        description=_l("At least 15 characters; with a second factor 12. Several words in a row are easy to remember."),
        render_kw={"autocomplete": "new-password"},
    )
    again = Secret(_l("The same once more"), render_kw={"autocomplete": "new-password"})

    def validate_again(self, field: Secret) -> None:
        if field.data and field.data != self.password.data:
            raise ValidationError(_l("The two are not the same."))


class AcceptForm(NewPasswordForm):
    name = Words(_l("Your name"), limit=120, render_kw={"autocomplete": "name"})


class NameForm(Form):
    name = Words(_l("Your name"), limit=120, render_kw={"autocomplete": "name"})


class SetUpForm(Form):
    """`sealed` is the new seed, encrypted for this very sign-in, so that nothing is kept before the first code is right."""

    sealed = Hidden(limit=400)
    code = Words(
        _l("The six digits it shows now"),
        limit=20,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class RoleForm(Form):
    role = Choice(_l("Role"), choices=())

    def offer(self, organisation: Organisation) -> None:
        """The roles of that kind of organization, each with what it may do."""
        self.role.choices = [
            (role.value, f"{role_name(role)} – {role_meaning(role)}") for role in roles_of(organisation)
        ]


class InviteForm(RoleForm):
    def offer(self, organisation: Organisation) -> None:
        """The same; until somebody chooses, the role that may do the least."""
        super().offer(organisation)
        if self.role.raw_data is None:
            self.role.data = least_role(organisation).value

    name = Words(_l("Name"), limit=120)
    email = EmailAddress(_l("E-mail address"), render_kw={"autocomplete": "off"})


class JoinFacilityForm(Form):
    organisation = Words(_l("Name of the facility"), limit=160, render_kw={"autocomplete": "organization"})
    name = Words(_l("Your name"), limit=120, render_kw={"autocomplete": "name"})
    email = EmailAddress(_l("Work e-mail address"))
    phone = Words(_l("Telephone"), limit=40, required=False, render_kw={"autocomplete": "tel", "type": "tel"})
    needs = Notes(_l("What do you need help with?"), limit=2000, required=False)
    agree = Tick(
        _l("You may write to me about this."),
        must=_l("Tick this box, or the agency may not answer you."),
    )


class JoinCoordinatorForm(Form):
    name = Words(_l("Your name"), limit=120, render_kw={"autocomplete": "name"})
    email = EmailAddress(_l("E-mail address"))
    phone = Words(_l("Telephone"), limit=40, required=False, render_kw={"autocomplete": "tel", "type": "tel"})
    experience = Notes(
        _l("What have you done so far?"),
        limit=2000,
        required=False,
        description=_l("Kind of work, years, languages, systems, licenses. No patient data, please."),
    )
    agree = Tick(
        _l("You may write to me about this."),
        must=_l("Tick this box, or the agency may not answer you."),
    )
