"""One agency's month comes in from another system's files: good rows go in, bad rows do not, twice changes nothing."""

import csv
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import func, select

from marketplace.assignments.facts import coordinator_facts
from marketplace.needs.models import Need, Shift

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
IN_ORDER = ("facilities", "coordinators", "credentials", "needs")


def load(kind: str, data: bytes | None = None):
    """As `marketplace import` does it."""
    return import_module(f"marketplace.{kind}.importing").load(data or (SAMPLE / f"{kind}.csv").read_bytes())


@pytest.fixture
def month(world, session):
    """The three files that the needs stand on."""
    reports = {kind: load(kind) for kind in IN_ORDER[:3]}
    session.flush()
    return reports


def rows(name: str):
    with (SAMPLE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_whole_month_goes_in_and_a_second_run_changes_nothing(month, session):
    for kind, count in (("facilities", 40), ("coordinators", 300), ("credentials", 538)):
        assert (month[kind].inserted, month[kind].refused) == (count, [])
    report = load("needs")
    broken = {(int(row["line"]), row["external_ref"]) for row in rows("needs-broken.csv")}
    assert {(row.line, row.key) for row in report.refused} == broken
    assert report.inserted == 1200 - len(broken)
    count = session.scalar(select(func.count()).select_from(Shift))
    for kind in IN_ORDER:
        again = load(kind)
        assert (again.inserted, again.updated) == (0, 0), kind
        assert again.unchanged == (1200 - len(broken) if kind == "needs" else len(rows(f"{kind}.csv")))
    assert session.scalar(select(func.count()).select_from(Shift)) == count


def test_each_refusal_names_the_column_that_is_wrong(month):
    column = {
        "npi": "facility_npi", "order": "ends_local", "line": "service_line", "dst": "starts_local", "head": "headcount",
        "rate": "bill_rate", "date": "starts_local", "dup": "external_ref", "phi": "notes", "long": "notes", "nul": "notes",
    }  # fmt: skip
    why = {int(row["line"]): row["why"] for row in rows("needs-broken.csv")}
    for refused in load("needs").refused:
        assert refused.column == column[why[refused.line]], refused


HEADER = (SAMPLE / "needs.csv").read_text(encoding="utf-8").splitlines()[0]
GOOD = "REQ-X-1,{npi},prior-auth,2026-12-07 22:00,2026-12-08 06:00,WEEKLY,2026-12-21,2,,,en;es,Epic,40.00,=1+1"


def file(world, *lines: str) -> bytes:
    return "\r\n".join([HEADER, *(line.format(npi=world.harbor.npi) for line in lines)]).encode(
        "utf-8", "surrogateescape"
    )


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("Epic", "Ep\0ic"), "ehr"),
        (("=1+1", "a\0b"), "notes"),
        (("=1+1", "\udcff\udcfe"), "notes"),
        (("40.00", "1_000"), "bill_rate"),
        (("40.00", "0"), "bill_rate"),
        (("40.00", "\N{ARABIC-INDIC DIGIT FOUR}0"), "bill_rate"),
        ((",2,", ",100,"), "headcount"),
        (("en;es", "klingon"), "languages"),
        (("WEEKLY", "DAILY"), "repeat"),
        (("2026-12-21", "2026-12-01"), "until"),
        (("2026-12-21", ""), "until"),
        (("2026-12-08 06:00", "2026-12-09 23:00"), "ends_local"),
        (("prior-auth", "PRIOR-AUTH"), "service_line"),
        (("=1+1", "MRN 00482913 called"), "notes"),
    ],
)
def test_a_bad_value_is_refused_with_its_column_and_the_rest_goes_in(world, change, column):
    bad = GOOD.replace(*change).replace("REQ-X-1", "REQ-X-2")
    report = load("needs", file(world, GOOD, bad))
    assert report.inserted == 1
    assert [(row.line, row.key, row.column) for row in report.refused] == [(3, "REQ-X-2", column)]


def test_a_changed_row_changes_the_need_and_its_shifts(world, session):
    load("needs", file(world, GOOD))
    report = load("needs", file(world, GOOD.replace("2026-12-21", "2026-12-14").replace("40.00", "45.00")))
    assert (report.inserted, report.updated, report.refused) == (0, 1, [])
    need = session.scalars(select(Need).where(Need.external_ref == "REQ-X-1")).one()
    shifts = session.scalars(select(Shift).where(Shift.need_id == need.id)).all()
    assert [(s.local_day.isoformat(), s.bill_rate_cents) for s in shifts] == [
        ("2026-12-07", 4500),
        ("2026-12-14", 4500),
    ]
    assert need.notes == "=1+1"


def test_history_is_welcome(world):
    assert load("needs", file(world, GOOD.replace("2026-12-", "2025-03-"))).inserted == 1


def test_a_row_with_too_few_cells_is_refused_and_the_next_one_goes_in(world):
    report = load("needs", file(world, "REQ-X-9,only,three", GOOD))
    assert report.inserted == 1
    assert report.refused[0].line == 2


def test_lines_count_what_is_written_over_several(world):
    noted = GOOD.replace("=1+1", '"first\nsecond"')
    report = load("needs", file(world, noted, GOOD.replace("REQ-X-1", "REQ-X-2").replace("40.00", "NaN")))
    assert [row.line for row in report.refused] == [4]


def test_a_file_without_the_columns_is_refused_whole(world):
    from marketplace.kernel.errors import Invalid

    with pytest.raises(Invalid, match="no column facility_npi"):
        load("needs", b"external_ref,notes\nA,b\n")


def test_what_came_in_can_be_matched(month):
    facts = coordinator_facts()
    assert len(facts) == 305
    assert sum(bool(one.credentials) for one in facts) == 305


def test_an_older_file_does_not_take_back_what_the_agency_verified(month, session):
    from marketplace.credentials.models import Credential
    from marketplace.credentials.rules import LIFE, CredentialState

    waiting = session.scalars(select(Credential).where(Credential.state == CredentialState.SUBMITTED).limit(1)).one()
    waiting.state = LIFE.after(waiting.state, "verify")
    session.flush()
    assert load("credentials").updated == 0
    assert waiting.state is CredentialState.VERIFIED
