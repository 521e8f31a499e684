"""What stands in the place of `<int:need_id>` and the like, and whose it is: for tests that call every route.

A new parameter needs a line here, or `test_every_parameter_is_known` fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text
from werkzeug.routing import Rule

from tests.house.walking import ACTORS


@dataclass(frozen=True)
class Thing:
    """Values for the parameters of a route, and who may see it; None: that audience is not told apart here."""

    values: dict[str, Any]
    facilities: frozenset[int] | None = None
    coordinators: frozenset[int] | None = None
    people: frozenset[int] | None = None

    def is_foreign_to(self, who: "Known") -> bool:
        """Whether somebody asks for what is another's."""
        for theirs, own in (
            (self.facilities, who.facility_id),
            (self.coordinators, who.coordinator_id),
            (self.people, who.person_id),
        ):
            if theirs is not None and own is not None and own not in theirs:
                return True
        return False


@dataclass(frozen=True)
class Known:
    """One of the cast by number."""

    name: str
    person_id: int | None = None
    facility_id: int | None = None
    coordinator_id: int | None = None


# The parameters of a route → rows of (their values …, facilities, coordinators, people); a null list tells nobody apart.
ROWS: dict[tuple[str, ...], str] = {
    ("agreement_id",): "SELECT id, ARRAY[facility_id], ARRAY[coordinator_id], NULL::bigint[] FROM agreement",
    ("agreement_id", "rate_id"): "SELECT agreement_id, id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM rate_row",
    ("assignment_id",): "SELECT id, ARRAY[facility_id], ARRAY[coordinator_id], NULL::bigint[] FROM assignment",
    ("coordinator_id",): "SELECT id, NULL::bigint[], ARRAY[id], NULL::bigint[] FROM coordinator",
    ("coordinator_id", "invitation_id"): (
        "SELECT coordinator_id, id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM invitation"
        " WHERE coordinator_id IS NOT NULL"
    ),
    ("credential_id",): "SELECT id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM credential",
    ("credential_id", "number"): "SELECT id, 1, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM credential",
    ("credit_note_id",): "SELECT id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM credit_note",
    ("facility_id",): "SELECT id, ARRAY[id], NULL::bigint[], NULL::bigint[] FROM facility",
    ("facility_id", "invitation_id"): (
        "SELECT organisation_id, id, ARRAY[organisation_id], NULL::bigint[], NULL::bigint[] FROM invitation"
        " WHERE role LIKE 'facility%'"
    ),
    ("hold_id",): "SELECT id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM pay_hold",
    ("invitation_id",): (
        "SELECT i.id, ARRAY[i.organisation_id], NULL::bigint[], array(SELECT person_id FROM membership m"
        " WHERE m.organisation_id = i.organisation_id) FROM invitation i"
    ),
    ("invoice_id",): "SELECT id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM invoice",
    ("invoice_id", "line_id"): (
        "SELECT invoice_id, id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM invoice_line"
    ),
    ("job_id",): "SELECT id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM procrastinate_jobs",
    ("entry_id",): "SELECT id, ARRAY[facility_id], ARRAY[coordinator_id], NULL::bigint[] FROM time_entry",
    ("membership_id",): (
        "SELECT m.id, ARRAY[m.organisation_id], NULL::bigint[], array(SELECT person_id FROM membership n"
        " WHERE n.organisation_id = m.organisation_id) FROM membership m WHERE role <> 'coordinator'"
    ),
    ("move_id",): "SELECT id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM move_request",
    ("need_id",): "SELECT id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM need",
    ("notice_id",): "SELECT id, NULL::bigint[], NULL::bigint[], ARRAY[person_id] FROM notice",
    ("offer_id",): "SELECT id, ARRAY[facility_id], ARRAY[coordinator_id], NULL::bigint[] FROM offer",
    ("payment_id",): "SELECT id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM payment",
    ("payout_id",): "SELECT id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM payout",
    ("plan_id",): "SELECT id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM match_plan",
    ("plan_id", "shift_id"): "SELECT plan_id, shift_id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM plan_pair",
    ("run_id",): "SELECT id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM pay_run",
    ("shift_id",): (
        "SELECT s.id, ARRAY[s.facility_id], CASE WHEN s.open_to_all OR n.mode <> 'offer' THEN NULL::bigint[] ELSE"
        " array(SELECT coordinator_id FROM offer WHERE shift_id = s.id UNION SELECT coordinator_id FROM assignment"
        " WHERE shift_id = s.id UNION SELECT coordinator_id FROM move_request WHERE shift_id = s.id AND state <> 'planned')"
        " END, NULL::bigint[] FROM shift s JOIN need n ON n.id = s.need_id"
    ),
    ("shift_id", "coordinator_id"): (
        "SELECT s.id, c.id, ARRAY[s.facility_id], ARRAY[c.id], NULL::bigint[] FROM shift s, coordinator c"
        " WHERE s.starts_at > '2026-11-24 15:00Z'"
    ),
    ("sign_in_id",): "SELECT id, NULL::bigint[], NULL::bigint[], ARRAY[person_id] FROM sign_in_session",
    ("site_id",): "SELECT id, ARRAY[facility_id], NULL::bigint[], NULL::bigint[] FROM site",
    ("time_off_id",): "SELECT id, NULL::bigint[], ARRAY[coordinator_id], NULL::bigint[] FROM time_off",
    ("timesheet_id",): "SELECT id, ARRAY[facility_id], ARRAY[coordinator_id], NULL::bigint[] FROM timesheet",
    ("transaction_id",): "SELECT id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM ledger_transaction",
    ("constraint_id",): "SELECT id, NULL::bigint[], NULL::bigint[], NULL::bigint[] FROM match_wish",
    ("weekday",): "SELECT 2, NULL::bigint[], NULL::bigint[], NULL::bigint[]",
}  # fmt: skip

# Parameters that are words: a wrong one is as good as any, because only its owner knows the right one.
WORDS = {
    "token": "not-a-token",
    "name": "nothing.eml",
    "filename": "css/nothing.css",
    "account": "bank",
    "thing": "need",
    "thing_id": "1",
    "code": "prior-auth",
    "service_line": "prior-auth",
    "kind": "master",
}


class Things:
    """Every route of the site with things to call it with."""

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.app = app
        connection.execute(text("RESET ROLE"))
        self._rows = {names: self._read(connection, names, asked) for names, asked in ROWS.items()}
        self.cast = {name: self._known(connection, name) for name in ACTORS}

    def rules(self) -> list[Rule]:
        """All routes but the files under static/."""
        return sorted((r for r in self.app.url_map.iter_rules() if r.endpoint != "static"), key=lambda rule: rule.rule)

    def unknown(self) -> list[str]:
        """The routes whose parameters nothing here fills."""
        return [rule.rule for rule in self.rules() if self.names(rule) not in self._rows and not self._in_words(rule)]

    def of(self, rule: Rule) -> list[Thing]:
        """What the route can be called with; one thing without values for a route without parameters."""
        names = self.names(rule)
        if not names:
            return [Thing({})]
        if names in self._rows:
            return self._rows[names]
        return [Thing({name: WORDS[name] for name in names})]

    def address(self, rule: Rule, thing: Thing) -> str:
        return self.app.url_map.bind("localhost").build(rule.endpoint, thing.values)

    def some_of(self, rule: Rule, who: Known) -> Iterator[Thing]:
        """One that is theirs and two that are another's, as far as there are any."""
        every = self.of(rule)
        yield from [thing for thing in every if not thing.is_foreign_to(who)][:1]
        yield from [thing for thing in every if thing.is_foreign_to(who)][-2:]

    def names(self, rule: Rule) -> tuple[str, ...]:
        """The parameters of a route in their order."""
        return tuple(sorted(rule.arguments, key=lambda name: rule.rule.index(f"{name}>")))

    def _in_words(self, rule: Rule) -> bool:
        return all(name in WORDS for name in rule.arguments)

    @staticmethod
    def _read(connection: Connection, names: tuple[str, ...], asked: str) -> list[Thing]:
        def owners(found: list[int | None] | None) -> frozenset[int] | None:
            return None if found is None or found == [None] else frozenset(one for one in found if one is not None)

        rows = connection.execute(text(f"{asked} ORDER BY {', '.join(str(n + 1) for n in range(len(names)))}")).all()
        return [
            Thing(dict(zip(names, row, strict=False)), *(owners(each) for each in row[len(names) :])) for row in rows
        ]

    @staticmethod
    def _known(connection: Connection, name: str) -> Known:
        row = connection.execute(
            text(
                "SELECT p.id, CASE WHEN m.role LIKE 'facility%' THEN m.organisation_id END, m.coordinator_id"
                " FROM person p JOIN membership m ON m.person_id = p.id WHERE p.email LIKE :name"
            ),
            {"name": f"{name}@%"},
        ).first()
        return Known(name, *row) if row else Known(name)
