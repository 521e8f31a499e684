"""The lists that several rooms offer: records systems, languages, US states, terms of payment, steps of rounding."""

from marketplace.kernel import US_STATES, Invalid

RECORDS_SYSTEMS = (
    "athenahealth", "Cerner", "Dentrix", "DrChrono", "Eaglesoft", "eClinicalWorks", "Epic", "Meditech", "NextGen",
    "Open Dental", "Practice Fusion",
)  # fmt: skip
"""The electronic health record systems that are offered first; any other can be written."""

LANGUAGES_OFFERED = ("en", "es", "zh", "tl", "vi", "ar", "fr", "ko", "ru", "ht", "pt", "hi", "pl", "de", "ase")
"""ISO 639 codes: what patients in the United States speak most often, and American Sign Language."""

STATE_CHOICES = [(code, code) for code in sorted(US_STATES)]

NET_DAYS = (0, 7, 15, 30, 45, 60)
"""Days after the date of an invoice on which it may fall due."""

STANDARD_NET_DAYS = 30
"""What the agency agrees with everybody unless a contract says otherwise."""

ROUNDINGS = (0, 5, 6, 15)
"""Minutes to which punches are rounded; 0 is none. 15 is the most that 29 CFR 785.48(b) names."""


def checked_net_days(days: int, field: str) -> int:
    """The days themselves; Invalid at `field` when they are none of NET_DAYS."""
    if days not in NET_DAYS:
        raise Invalid("Choose NET 0, 7, 15, 30, 45 or 60.", field)
    return days
