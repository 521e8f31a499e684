"""The names of roles on pages and in letters."""

from marketplace.accounts.permissions import Role
from marketplace.kernel import N_, Phrase

ROLE_NAMES: dict[Role, str] = {
    Role.AGENCY_OWNER: N_("Owner"),
    Role.AGENCY_SCHEDULER: N_("Scheduler"),
    Role.AGENCY_COMPLIANCE: N_("Compliance"),
    Role.AGENCY_FINANCE: N_("Finance"),
    Role.AGENCY_SUPPORT: N_("Support"),
    Role.FACILITY_OWNER: N_("Owner"),
    Role.FACILITY_SCHEDULER: N_("Scheduler"),
    Role.FACILITY_APPROVER: N_("Approver"),
    Role.FACILITY_BILLING: N_("Billing"),
    Role.COORDINATOR: N_("Coordinator"),
}

ROLE_MEANINGS: dict[Role, str] = {
    Role.AGENCY_OWNER: N_("everything, and who belongs to the team"),
    Role.AGENCY_SCHEDULER: N_("needs, offers, facilities and coordinators"),
    Role.AGENCY_COMPLIANCE: N_("credentials and contracts"),
    Role.AGENCY_FINANCE: N_("hours, invoices, payouts, the ledger"),
    Role.AGENCY_SUPPORT: N_("sees everything, changes nothing"),
    Role.FACILITY_OWNER: N_("everything of the facility, and who belongs to it"),
    Role.FACILITY_SCHEDULER: N_("posts needs and chooses coordinators"),
    Role.FACILITY_APPROVER: N_("approves hours"),
    Role.FACILITY_BILLING: N_("sees contracts and invoices"),
    Role.COORDINATOR: N_("takes shifts"),
}


def role_name(role: Role) -> str:
    """The role in the reader's language."""
    return str(Phrase(ROLE_NAMES[role]))


def role_meaning(role: Role) -> str:
    """The work of somebody with this role, in half a sentence."""
    return str(Phrase(ROLE_MEANINGS[role]))
