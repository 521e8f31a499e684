"""Inviting people, accepting, and who belongs to an organisation as what."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import invitations
from marketplace.accounts.invitations import invite
from marketplace.accounts.models import Invitation, Membership, Organisation, Person
from marketplace.accounts.permissions import Role
from marketplace.accounts.policy import check_may_grant
from marketplace.accounts.role_changes import change_role, deactivate
from marketplace.audit.models import AuditEntry
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel import Invalid, NotAllowedNow, NotFound, NotPermitted, clock
from tests.accounts.letters import letters_to, link_to
from tests.at_once import at_once
from tests.browser import Visitor
from tests.world import NOW, PASSWORD

NEW = "priya@harbor.example"
WORDS = "violet harvest pendulum quay"


def is_in(visitor):
    return visitor.get("/account").path == "/account"


def invited(visitors, email=NEW, role="facility_scheduler", by="rosa"):
    owner = visitors(by)
    owner.get("/members/").follow("Invite somebody")
    owner.press("Send the invitation", name="Priya Nair", email=email, role=role)
    return owner


def accept(visitor, words=WORDS, email=NEW):
    visitor.get(link_to(email, "invitation"))
    return visitor.press("Join", within="main", password=words, again=words)


def members(world, email=NEW):
    bind_actor(SYSTEM)
    session.expire_all()
    person = session.scalars(select(Person).where(Person.email == email)).one_or_none()
    if person is None:
        return []
    return list(session.scalars(select(Membership).where(Membership.person_id == person.id)))


def test_rosa_invites_a_scheduler_who_joins_by_the_letter(visitors, client, world):
    invited(visitors).sees("The invitation to Priya Nair is on its way", "Priya Nair")
    accept(client)
    assert is_in(client)
    client.sees("Priya Nair", "Harbor Family Medicine")
    (membership,) = members(world)
    assert (membership.role, membership.organisation_id) == (Role.FACILITY_SCHEDULER, world.harbor.id)
    trail = session.scalars(select(AuditEntry.act).where(AuditEntry.facility_id == world.harbor.id)).all()
    assert {"invited", "joined"} <= set(trail)


def test_the_letter_says_who_invites_to_what(visitors):
    invited(visitors)
    (letter,) = letters_to(NEW)
    assert letter.subject == "Your invitation to Harbor Family Medicine"
    assert "Rosa Chen has invited you to work with Harbor Family Medicine. Your role: Scheduler." in letter.text_body
    assert "until Nov 26, 2026, 9:00 am CST." in letter.text_body
    assert "<script" not in letter.html_body


def test_looking_at_an_invitation_changes_nothing(visitors, client, world):
    invited(visitors)
    for _ in range(3):
        assert client.get(link_to(NEW, "invitation")).status == 200
    assert members(world) == []


def test_an_invitation_works_once(visitors, client, app):
    invited(visitors)
    path = link_to(NEW, "invitation")
    accept(client)
    assert Visitor(app).get(path).status == 404


def test_an_invitation_dies_after_48_hours(visitors, client):
    invited(visitors)
    path = link_to(NEW, "invitation")
    with clock.frozen_at(NOW + timedelta(hours=47)):
        assert client.get(path).status == 200
    with clock.frozen_at(NOW + timedelta(hours=49)):
        assert client.get(path).status == 404


def test_a_second_invitation_kills_the_first(visitors, client):
    invited(visitors)
    first = link_to(NEW, "invitation")
    invited(visitors)
    assert client.get(first).status == 404
    assert client.get(link_to(NEW, "invitation")).status == 200


def test_a_replaced_link_says_that_there_is_a_newer_one(visitors, client):
    invited(visitors)
    first = link_to(NEW, "invitation")
    invited(visitors).sees("The link in the earlier letter stopped working.")
    assert client.get(first).status == 404
    client.sees("This invitation was replaced by a newer one.")
    accept(client)
    Visitor(client.app).get(link_to(NEW, "invitation")).sees("This invitation has been accepted already.")


def test_the_table_holds_one_open_invitation_for_an_address_and_organisation(world):
    harbor = session.get_one(Organisation, world.harbor.id)
    made = invite(NEW, "Priya Nair", Role.FACILITY_SCHEDULER, harbor, by=world.rosa, at=NOW)
    twin = {"email": NEW.upper(), "name": "Priya", "role": Role.FACILITY_OWNER, "organisation_id": made.organisation_id}
    with pytest.raises(IntegrityError, match="uq_invitation_open"), session.begin_nested():
        session.add(Invitation(**twin, token_hash=b"another", expires_at=NOW))
    made.revoked_at = NOW
    session.flush()
    session.add(Invitation(**twin, token_hash=b"another", expires_at=NOW))
    session.flush()


def test_two_invitations_at_the_same_moment_leave_one_and_the_second_is_told(world, monkeypatch):
    harbor = session.get_one(Organisation, world.harbor.id)
    invite(NEW, "Priya Nair", Role.FACILITY_SCHEDULER, harbor, by=world.rosa, at=NOW)
    monkeypatch.setattr(invitations, "_end_earlier", lambda *_arguments: False)  # it does not see the other one yet
    with pytest.raises(NotAllowedNow, match="Somebody invited this address at the same moment"):
        invite(NEW, "Priya Nair", Role.FACILITY_SCHEDULER, harbor, by=world.rosa, at=NOW)


def test_the_role_that_may_do_the_least_is_chosen_until_somebody_chooses(visitors):
    for who, least in (("rosa", "facility_billing"), ("ada", "agency_support")):
        form = visitors(who).get("/members/invitations").button("Send the invitation").inside("form")
        (role,) = [each for each in form.element.inputs if each.name == "role"]
        assert role.value == least


def test_an_invitation_taken_back_is_dead(visitors, client):
    owner = invited(visitors)
    path = link_to(NEW, "invitation")
    owner.press("Withdraw")
    owner.sees("withdrawn")
    assert client.get(path).status == 404


def test_an_invitation_sent_again_is_a_new_link(visitors, client):
    owner = invited(visitors)
    path = link_to(NEW, "invitation")
    owner.press("Send again")
    assert client.get(path).status == 404
    assert client.get(link_to(NEW, "invitation")).status == 200


@pytest.mark.committed
def test_of_ten_who_accept_one_invitation_at_once_one_joins(visitors, app, world):
    invited(visitors)
    path = link_to(NEW, "invitation")
    session.commit()
    browsers = [Visitor(app).get(path) for _ in range(10)]

    def join(number):
        browsers[number].press("Join", within="main", password=f"{WORDS} {number}", again=f"{WORDS} {number}")
        return browsers[number].status

    statuses = sorted(at_once(10, join))
    assert statuses[0] == 200
    # 422: the account was made a moment ago, and its password is asked for.
    assert all(status in (404, 409, 422) for status in statuses[1:])
    assert len(members(world)) == 1
    assert sum(is_in(browser) for browser in browsers) == 1


def test_somebody_with_an_account_joins_with_its_password_and_keeps_it(visitors, client, world):
    invited(visitors, email="lars@riverside.example", role="facility_approver")
    client.get(link_to("lars@riverside.example", "invitation")).sees("You have an account here already")
    client.press("Join", within="main", password="not his password")
    assert client.status == 422
    client.press("Join", within="main", password=PASSWORD)
    assert is_in(client)
    client.sees("Riverside Medical Center", "Harbor Family Medicine")
    assert len(members(world, "lars@riverside.example")) == 2


def test_a_letter_to_an_account_never_sets_a_new_password(visitors, client, world):
    """Otherwise an owner somewhere could take over an account by inviting it and reading one letter."""
    before = world.lars.password
    invited(visitors, email="lars@riverside.example")
    client.get(link_to("lars@riverside.example", "invitation"))
    client.post(client.path, {"name": "Lars", "password": WORDS, "again": WORDS})
    assert client.status == 422
    session.expire_all()
    assert world.lars.password == before


def test_whoever_is_signed_in_with_the_invited_address_only_says_yes(visitors, world):
    invited(visitors, email="lars@riverside.example")
    lars = visitors("lars")
    lars.get(link_to("lars@riverside.example", "invitation")).sees("You are signed in with the invited address")
    lars.press("Join", within="main")
    lars.get("/account").sees("Harbor Family Medicine Scheduler You work here now")


def test_somebody_else_signed_in_cannot_take_the_invitation(visitors, world):
    invited(visitors, email="lars@riverside.example")
    tom = visitors("tom")
    tom.get(link_to("lars@riverside.example", "invitation"))
    tom.press("Join", within="main", password="three wrong words here")
    assert tom.status == 422
    assert {m.organisation_id for m in members(world, "tom@harbor.example")} == {world.harbor.id}


def test_a_member_is_not_invited_again(visitors):
    invited(visitors, email="tom@harbor.example").sees("Somebody with this address already belongs to")


def test_pressing_twice_writes_one_letter(visitors):
    owner = visitors("rosa")
    owner.get("/members/invitations")
    button = owner.page
    for _ in range(2):
        owner.page, owner.path = button, "/members/invitations"
        owner.press("Send the invitation", name="Priya Nair", email=NEW, role="facility_scheduler")
        assert owner.status == 200
    assert len(letters_to(NEW)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "email": NEW, "role": "facility_scheduler"},
        {"name": "x" * 121, "email": NEW, "role": "facility_scheduler"},
        {"name": "a\x00b", "email": NEW, "role": "facility_scheduler"},
        {"name": "Priya", "email": "nobody", "role": "facility_scheduler"},
        {"name": "Priya", "email": NEW, "role": ""},
        {"name": "Priya", "email": NEW, "role": "agency_owner"},
        {"name": "Priya", "email": NEW, "role": "coordinator"},
        {"name": "Priya", "email": NEW, "role": "king"},
    ],
)
def test_a_bad_invitation_is_refused_and_writes_no_letter(visitors, fields):
    owner = visitors("rosa")
    owner.get("/members/invitations")
    owner.post("/members/invitations", fields)
    assert owner.status == 422
    assert owner.page.all("div", id="error-summary")
    assert letters_to(NEW) == []


# ---- who may give which role ------------------------------------------------------------------------------------

AGENCY_ROLES = [r for r in Role if r.value.startswith("agency_")]
FACILITY_ROLES = [r for r in Role if r.value.startswith("facility_")]


@pytest.mark.parametrize("who", ["ada", "sam", "chidi", "felix", "rosa", "tom", "nadia", "bea", "lars"])
def test_nobody_gives_a_role_above_their_own_or_elsewhere(world, who):
    by = getattr(world, who)
    harbor, agency = world.harbor.id, world.agency
    facility = session.scalars(select(type(agency)).where(type(agency).id == harbor)).one()
    allowed = set()
    for organisation in (agency, facility):
        for role in Role:
            try:
                check_may_grant(by, role, organisation)
            except NotPermitted:
                continue
            allowed.add((organisation.kind.value, role))
    everywhere = {
        "ada": {("agency", r) for r in [*AGENCY_ROLES, Role.COORDINATOR]} | {("facility", r) for r in FACILITY_ROLES},
        "sam": {("agency", Role.COORDINATOR)} | {("facility", r) for r in FACILITY_ROLES},
        "rosa": {("facility", r) for r in FACILITY_ROLES},
    }
    assert allowed == everywhere.get(who, set())


def test_a_coordinator_is_invited_by_name_of_the_coordinator(world):
    with pytest.raises(ValueError, match="names the coordinator"):
        invite("x@y.org", "X", Role.COORDINATOR, world.agency, by=world.ada, at=NOW)


def test_an_invited_coordinator_joins_as_that_coordinator(world, client):
    person = world.maya.person
    maya = world.maya.id
    session.execute(update(Membership).where(Membership.person_id == person.id).values(active=False))
    session.execute(update(Person).where(Person.id == person.id).values(password=None))
    invite(person.email, person.name, Role.COORDINATOR, world.agency, maya, by=world.sam, at=NOW)
    session.commit()
    accept(client, email="maya@people.example")
    (membership,) = members(world, "maya@people.example")
    assert membership.active
    assert membership.coordinator_id == maya


# ---- members -----------------------------------------------------------------------------------------------------


def membership_of(world, who):
    bind_actor(SYSTEM)
    return getattr(world, who).memberships[0]


def test_an_owner_changes_a_role_and_the_members_session_ends(visitors, world):
    tom, rosa = visitors("tom"), visitors("rosa")
    rosa.get(f"/members/{membership_of(world, 'tom').id}/role")
    rosa.press("Save the role", role="facility_billing")
    rosa.sees("Tom Becker is now billing")
    assert not is_in(tom)
    session.expire_all()
    assert world.tom.memberships[0].role is Role.FACILITY_BILLING


def test_a_member_whose_access_ended_is_out_at_once_and_may_come_back(visitors, world):
    tom, rosa = visitors("tom"), visitors("rosa")
    path = f"/members/{membership_of(world, 'tom').id}"
    rosa.get("/members/")
    rosa.post(f"{path}/deactivation")
    rosa.sees("Tom Becker has no access any more", "No access")
    assert not is_in(tom)
    rosa.press("Give access again")
    rosa.sees("Tom Becker has access again")


def test_the_last_owner_stays(visitors, world):
    rosa = visitors("rosa")
    mine = membership_of(world, "rosa").id
    rosa.get(f"/members/{mine}/role").press("Save the role", role="facility_billing")
    assert rosa.status == 409
    rosa.sees("would have no owner left")
    rosa.get("/members/")
    rosa.post(f"/members/{mine}/deactivation")
    assert rosa.status == 409
    assert is_in(rosa)
    session.expire_all()
    assert world.rosa.memberships[0].role is Role.FACILITY_OWNER


def test_an_owner_who_cannot_sign_in_does_not_count(world):
    session.execute(
        update(Membership).where(Membership.id == world.tom.memberships[0].id).values(role=Role.FACILITY_OWNER)
    )
    session.execute(update(Person).where(Person.id == world.tom.id).values(active=False))
    session.expire_all()
    rosa = world.rosa
    with pytest.raises(NotAllowedNow, match="no owner left"):
        deactivate(rosa.memberships[0], by=rosa)


@pytest.mark.committed
def test_two_owners_who_remove_each_other_at_once_leave_one(visitors, world):
    bind_actor(SYSTEM)
    session.execute(
        update(Membership).where(Membership.id == world.tom.memberships[0].id).values(role=Role.FACILITY_OWNER)
    )
    session.commit()
    session.expire_all()
    first, second = visitors("rosa"), visitors("tom")
    one, two = membership_of(world, "rosa").id, membership_of(world, "tom").id
    session.commit()
    for visitor in (first, second):
        visitor.get("/members/")
    at_once(2, lambda n: (first, second)[n].post(f"/members/{(two, one)[n]}/deactivation"))
    bind_actor(SYSTEM)
    owners = select(func.count()).where(
        Membership.organisation_id == world.harbor.id, Membership.role == Role.FACILITY_OWNER, Membership.active
    )
    assert session.scalar(owners) == 1


@pytest.mark.parametrize("act", ["role", "deactivation", "reactivation"])
def test_members_of_another_organisation_do_not_exist_here(visitors, world, act):
    lars = membership_of(world, "lars").id
    rosa = visitors("rosa")
    rosa.get("/members/")
    rosa.post(f"/members/{lars}/{act}", {"role": "facility_billing"})
    assert rosa.status == 404


@pytest.mark.parametrize("key", ["0", "99999999", "9223372036854775808", "99999999999999999999999999"])
def test_numbers_that_are_nobody_are_not_found(visitors, key):
    rosa = visitors("rosa")
    assert rosa.get(f"/members/{key}/role").status == 404


def test_giving_a_role_asks_for_the_password_again(visitors):
    rosa = visitors("rosa")
    with clock.frozen_at(NOW + timedelta(minutes=14)):
        assert rosa.get("/members/invitations").path == "/members/invitations"
    with clock.frozen_at(NOW + timedelta(minutes=20)):
        assert rosa.get("/members/invitations").path == "/confirm?next=/members/invitations"


def test_a_role_of_the_agency_is_not_given_in_a_facility(world):
    with pytest.raises(NotPermitted):
        change_role(world.tom.memberships[0], Role.AGENCY_OWNER, by=world.rosa)
    with pytest.raises(NotPermitted):
        change_role(world.tom.memberships[0], Role.COORDINATOR, by=world.rosa)


# ---- asking to join ----------------------------------------------------------------------------------------------


def test_a_facility_asks_to_join_and_the_agency_hears_of_it(client, visitors):
    client.get("/join/facility").press(
        "Send", within="main", organisation="Lakeside Clinic", name="Ana Ruiz", email="ana@lakeside.example",
        needs="Two people for prior authorization.", agree="y",
    )  # fmt: skip
    client.sees("Your request has reached the agency")
    (letter,) = letters_to("ada@northlight.example")
    assert "Lakeside Clinic" in letter.text_body
    assert "Two people for prior authorization." in letter.text_body
    visitors("ada").get("/notices").sees("Lakeside Clinic")
    bind_actor(SYSTEM)
    assert session.scalar(select(func.count()).where(Person.email == "ana@lakeside.example")) == 0


def test_a_coordinator_who_has_an_account_already_gets_the_same_answer(client, app):
    def ask(email):
        visitor = Visitor(app)
        visitor.get("/join/coordinator").press("Send", within="main", name="Maya", email=email, agree="y")
        return visitor.status, visitor.page.all("main")[0].text

    assert ask("maya@people.example") == ask("nobody@nowhere.example")


def test_a_request_without_agreement_or_with_patient_data_is_refused(client):
    client.get("/join/facility").press(
        "Send", within="main", organisation="Lakeside", name="Ana", email="ana@lakeside.example",
        needs="Our patient has SSN 123-45-6789",
    )  # fmt: skip
    assert client.status == 422
    client.sees("the agency may not answer you", "Social Security")
    assert letters_to("ada@northlight.example") == []


def test_the_agency_is_not_flooded(client):
    for _ in range(10):
        client.get("/join/coordinator").press("Send", within="main", name="Maya", email="m@nowhere.example", agree="y")
        client.sees("Your request has reached the agency")
    assert len(letters_to("ada@northlight.example")) <= 3


def test_an_invitation_of_another_address_is_not_accepted_by_hand(world, visitors):
    from marketplace.accounts.invitations import accept_as

    invited(visitors)
    token = link_to(NEW, "invitation").rsplit("/", 1)[1]
    with pytest.raises(NotFound):
        accept_as(world.lars, token, NOW)


def test_an_address_that_belongs_here_is_named_at_its_field(world):
    with pytest.raises(Invalid) as refused:
        invite(
            "tom@harbor.example", "Tom", Role.FACILITY_BILLING, world.rosa.acting.organisation, by=world.rosa, at=NOW
        )
    assert refused.value.field == "email"
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
