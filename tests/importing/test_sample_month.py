"""One agency's month comes in from another system's files: good rows go in, bad rows do not, twice changes nothing."""

import csv
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from marketplace.credentials.models import Credential
from marketplace.credentials.rules import CredentialState
from marketplace.eligibility.loading import coordinator_facts
from marketplace.kernel import Phrase
from marketplace.messaging.languages import language_of
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


def test_what_was_verified_elsewhere_says_so_to_each_reader_in_their_language(month, session):
    imported = session.scalars(select(Credential).where(Credential.decision_phrase.is_not(None)).limit(1)).one()
    assert imported.decided_because == imported.decision_note == "Verified in the system it came from"
    spanish = language_of("es")
    assert Phrase.from_record(imported.decision_phrase).read(spanish) == "Verificado en el sistema del que procede"


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
    from marketplace.kernel import Invalid

    with pytest.raises(Invalid, match="no column facility_npi"):
        load("needs", b"external_ref,notes\nA,b\n")


def test_what_came_in_can_be_matched(month):
    facts = coordinator_facts()
    assert len(facts) == 305
    assert sum(bool(one.credentials) for one in facts) == 305


def test_an_older_file_does_not_take_back_what_the_agency_verified(month, session):
    from marketplace.credentials.models import Credential
    from marketplace.credentials.rules import LIFE

    waiting = session.scalars(select(Credential).where(Credential.state == CredentialState.SUBMITTED).limit(1)).one()
    waiting.state = LIFE.after(waiting.state, "verify")
    session.flush()
    assert load("credentials").updated == 0
    assert waiting.state is CredentialState.VERIFIED


@pytest.mark.parametrize("state", ["revoked", "rejected"])
def test_a_file_does_not_bring_back_what_the_agency_decided_against(month, session, state):
    from marketplace.credentials.models import Credential

    verified = session.scalars(select(Credential).where(Credential.decision_phrase.is_not(None)).limit(1)).one()
    verified.state = CredentialState(state)
    session.flush()
    report = load("credentials")
    assert (report.inserted, report.updated) == (0, 0)
    assert [row.reason for row in report.refused] == [
        f"The agency has {state} this one, and a file does not bring it back."
    ]


def test_an_address_in_capitals_is_the_same_persons_credential(month):
    data = (SAMPLE / "credentials.csv").read_bytes()
    header, first, *_ = data.splitlines()
    shouted = first.replace(b"coordinator1@", b"COORDINATOR1@")
    report = load("credentials", b"\n".join((header, first, shouted)))
    assert [(row.line, row.reason) for row in report.refused] == [
        (3, "This key stands on an earlier line of the file already.")
    ]


def test_two_spellings_of_the_same_letters_are_one_key(world):
    composed, taken_apart = "Caf\N{LATIN SMALL LETTER E WITH ACUTE}", "Cafe\N{COMBINING ACUTE ACCENT}"
    report = load("needs", file(world, GOOD.replace("REQ-X-1", composed), GOOD.replace("REQ-X-1", taken_apart)))
    assert (report.inserted, report.updated, [row.line for row in report.refused]) == (1, 0, [3])


@pytest.mark.parametrize(
    "broken",
    [
        'REQ-X-2,"{npi},prior-auth,2026-12-07 22:00,2026-12-08 06:00,,,2,,,en,Epic,40.00,',
        'REQ-X-2,{npi},prior-auth,2026-12-07 22:00,2026-12-08 06:00,,,2,,,en,Epic,40.00,"Bring" the log',
    ],
)
def test_an_unclosed_quotation_mark_costs_its_own_line_only(world, broken):
    noted = GOOD.replace("=1+1", '"first, ""second""\nthird"')
    good = [noted.replace("REQ-X-1", f"REQ-X-{n}") for n in (3, 4, 5)]
    report = load("needs", file(world, GOOD, broken, *good))
    assert report.inserted == 4
    assert [(row.line, row.reason.partition(":")[0]) for row in report.refused] == [(3, "This line is not CSV")]


def test_empty_cells_that_a_spreadsheet_leaves_at_the_right_do_not_count(world):
    lines = file(world, GOOD).split(b"\r\n")
    assert load("needs", b"\n".join(line + b",," for line in lines)).inserted == 1
    assert load("needs", b"\n".join((lines[0], lines[1] + b",,"))).unchanged == 1


@pytest.mark.parametrize(
    "data", [b"", b'"external_ref,facility_npi\nA,b\n', b'"external_ref"x,y\n', b"\0\0\n", b"\n\n"]
)
def test_what_has_no_header_is_refused_whole(world, data):
    from marketplace.kernel import Invalid

    with pytest.raises(Invalid, match="no column external_ref"):
        import_module("marketplace.needs.importing").load(data)


def test_a_file_in_utf_16_is_told_to_come_in_utf_8(world):
    from marketplace.kernel import Invalid

    with pytest.raises(Invalid, match="UTF-16"):
        load("needs", file(world, GOOD).decode().encode("utf-16"))


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Mars/Base", ""])
def test_what_this_machine_calls_its_time_is_no_time_zone(world, zone):
    row = f"1558598797,Nova,hospital,{zone},Boise,ID,Zo,z@nova.example,30,Epic,commercial"
    header = (SAMPLE / "facilities.csv").read_text(encoding="utf-8").splitlines()[0]
    report = load("facilities", f"{header}\n{row}\n".encode())
    assert [(refused.line, refused.column) for refused in report.refused] == [(2, "time_zone")]


def test_a_database_that_goes_away_is_no_fault_of_the_row(world, monkeypatch):
    def lost(*_):
        raise OperationalError("INSERT", {}, Exception("server closed the connection"), connection_invalidated=True)

    monkeypatch.setattr("marketplace.needs.importing.post_planned", lost)
    with pytest.raises(OperationalError):
        load("needs", file(world, GOOD))
