"""How roles are called on pages and in letters."""

from flask_babel import gettext as _

from marketplace.accounts.permissions import Role


def role_name(role: Role) -> str:
    """The role in the reader's language."""
    names: dict[Role, str] = {
        Role.AGENCY_OWNER: _("Owner"),
        Role.AGENCY_SCHEDULER: _("Scheduler"),
        Role.AGENCY_COMPLIANCE: _("Compliance"),
        Role.AGENCY_FINANCE: _("Finance"),
        Role.AGENCY_SUPPORT: _("Support"),
        Role.FACILITY_OWNER: _("Owner"),
        Role.FACILITY_SCHEDULER: _("Scheduler"),
        Role.FACILITY_APPROVER: _("Approver"),
        Role.FACILITY_BILLING: _("Billing"),
        Role.COORDINATOR: _("Coordinator"),
    }
    return names[role]


def role_meaning(role: Role) -> str:
    """What somebody with this role does, in half a sentence."""
    meanings: dict[Role, str] = {
        Role.AGENCY_OWNER: _("everything, and who belongs to the team"),
        Role.AGENCY_SCHEDULER: _("needs, offers, facilities and coordinators"),
        Role.AGENCY_COMPLIANCE: _("credentials and contracts"),
        Role.AGENCY_FINANCE: _("hours, invoices, payouts, the ledger"),
        Role.AGENCY_SUPPORT: _("sees everything, changes nothing"),
        Role.FACILITY_OWNER: _("everything of the facility, and who belongs to it"),
        Role.FACILITY_SCHEDULER: _("posts needs and chooses coordinators"),
        Role.FACILITY_APPROVER: _("approves hours"),
        Role.FACILITY_BILLING: _("sees contracts and invoices"),
        Role.COORDINATOR: _("takes shifts"),
    }
    return meanings[role]
