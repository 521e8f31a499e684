"""Whether an e-mail address can exist."""

from marketplace.kernel.errors import Invalid


def email_address(text: str, field: str | None = None) -> str:
    """The address in its normal form; raises Invalid when no mail could ever go there. Nothing is looked up."""
    from email_validator import EmailNotValidError, validate_email  # its tables are large; few requests hold an address

    try:
        found = validate_email(text, allow_smtputf8=False, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Invalid("This is not an e-mail address. Write it like name@clinic.org.", field) from error
    if "." not in found.ascii_domain:
        raise Invalid("This is not an e-mail address. Write it like name@clinic.org.", field)
    return found.normalized
