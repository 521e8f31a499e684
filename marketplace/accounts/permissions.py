"""Which role may do what: one table, read by every route, every button and the tests."""

from enum import StrEnum

from marketplace.db import Audience


class Role(StrEnum):
    """A role in an organisation. The prefix says which kind of organisation."""

    AGENCY_OWNER = "agency_owner"
    AGENCY_SCHEDULER = "agency_scheduler"
    AGENCY_COMPLIANCE = "agency_compliance"
    AGENCY_FINANCE = "agency_finance"
    AGENCY_SUPPORT = "agency_support"
    FACILITY_OWNER = "facility_owner"
    FACILITY_SCHEDULER = "facility_scheduler"
    FACILITY_APPROVER = "facility_approver"
    FACILITY_BILLING = "facility_billing"
    COORDINATOR = "coordinator"

    @property
    def audience(self) -> Audience:
        return Audience(self.value.split("_")[0])

    @property
    def plain(self) -> str:
        """Without the kind of organisation, for sentences that name it: owner, scheduler, coordinator."""
        return self.value.split("_")[-1]


class Permission(StrEnum):
    """One permission a kind of act; a route names exactly one."""

    # every signed-in role of the audience
    AGENCY_DESK = "agency_desk"
    FACILITY_DESK = "facility_desk"
    COORDINATOR_DESK = "coordinator_desk"
    # people and organisations
    MEMBER_MANAGE = "member_manage"
    FACILITY_MANAGE = "facility_manage"
    COORDINATOR_MANAGE = "coordinator_manage"
    FACILITY_SETTINGS = "facility_settings"
    CREDENTIAL_VERIFY = "credential_verify"
    CREDENTIAL_UPLOAD = "credential_upload"
    # contracts
    CONTRACT_MANAGE = "contract_manage"
    CONTRACT_SEE = "contract_see"
    CONTRACT_SIGN = "contract_sign"
    # needs, shifts, offers
    NEED_SEE = "need_see"
    NEED_POST = "need_post"
    SHIFT_SEE = "shift_see"
    OFFER_SEND = "offer_send"
    OFFER_ANSWER = "offer_answer"
    ASSIGNMENT_CANCEL = "assignment_cancel"
    MATCH_PLAN = "match_plan"
    # hours
    CLOCK = "clock"
    TIMESHEET_SEE = "timesheet_see"
    TIMESHEET_SUBMIT = "timesheet_submit"
    TIMESHEET_APPROVE = "timesheet_approve"
    # money
    INVOICE_SEE = "invoice_see"
    INVOICE_RUN = "invoice_run"
    PAYMENT_RECORD = "payment_record"
    PAY_RUN = "pay_run"
    EARNINGS_SEE = "earnings_see"
    LEDGER_SEE = "ledger_see"
    # oversight
    AUDIT_SEE = "audit_see"
    REPORT_SEE = "report_see"


P = Permission

_SEE_ALL = {
    P.AGENCY_DESK, P.CONTRACT_SEE, P.NEED_SEE, P.SHIFT_SEE, P.TIMESHEET_SEE, P.INVOICE_SEE, P.REPORT_SEE, P.AUDIT_SEE,
}  # fmt: skip
_SCHEDULE = {P.NEED_POST, P.OFFER_SEND, P.ASSIGNMENT_CANCEL, P.MATCH_PLAN, P.FACILITY_MANAGE, P.COORDINATOR_MANAGE}
_COMPLY = {P.CREDENTIAL_VERIFY, P.CONTRACT_MANAGE}
_FINANCE = {P.INVOICE_RUN, P.PAYMENT_RECORD, P.PAY_RUN, P.LEDGER_SEE, P.TIMESHEET_APPROVE, P.CONTRACT_MANAGE}

MAY: dict[Role, frozenset[Permission]] = {
    Role.AGENCY_OWNER: frozenset(_SEE_ALL | _SCHEDULE | _COMPLY | _FINANCE | {P.MEMBER_MANAGE}),
    Role.AGENCY_SCHEDULER: frozenset(_SEE_ALL | _SCHEDULE),
    Role.AGENCY_COMPLIANCE: frozenset(_SEE_ALL | _COMPLY),
    Role.AGENCY_FINANCE: frozenset(_SEE_ALL | _FINANCE),
    Role.AGENCY_SUPPORT: frozenset(_SEE_ALL),
    Role.FACILITY_OWNER: frozenset(
        {
            P.FACILITY_DESK, P.MEMBER_MANAGE, P.FACILITY_SETTINGS, P.CONTRACT_SEE, P.CONTRACT_SIGN, P.NEED_SEE, P.NEED_POST,
            P.SHIFT_SEE, P.OFFER_SEND, P.ASSIGNMENT_CANCEL, P.TIMESHEET_SEE, P.TIMESHEET_APPROVE, P.INVOICE_SEE, P.REPORT_SEE,
        }
    ),
    Role.FACILITY_SCHEDULER: frozenset(
        {P.FACILITY_DESK, P.NEED_SEE, P.NEED_POST, P.SHIFT_SEE, P.OFFER_SEND, P.ASSIGNMENT_CANCEL, P.TIMESHEET_SEE}
    ),
    Role.FACILITY_APPROVER: frozenset({P.FACILITY_DESK, P.NEED_SEE, P.SHIFT_SEE, P.TIMESHEET_SEE, P.TIMESHEET_APPROVE}),
    Role.FACILITY_BILLING: frozenset({P.FACILITY_DESK, P.CONTRACT_SEE, P.INVOICE_SEE, P.TIMESHEET_SEE, P.REPORT_SEE}),
    Role.COORDINATOR: frozenset(
        {
            P.COORDINATOR_DESK, P.CREDENTIAL_UPLOAD, P.CONTRACT_SEE, P.CONTRACT_SIGN, P.SHIFT_SEE, P.OFFER_ANSWER,
            P.ASSIGNMENT_CANCEL, P.CLOCK, P.TIMESHEET_SEE, P.TIMESHEET_SUBMIT, P.EARNINGS_SEE,
        }
    ),
}  # fmt: skip


def roles_that_may(permission: Permission) -> frozenset[Role]:
    """Every role the table grants it to, of whatever kind of organisation."""
    return frozenset(role for role, granted in MAY.items() if permission in granted)


def may(role: Role, permission: Permission) -> bool:
    """Default deny: only what the table grants."""
    return permission in MAY[role]
