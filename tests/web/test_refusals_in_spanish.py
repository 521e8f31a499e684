"""Who reads Spanish is refused in Spanish: on error pages, at the fields of forms, in toasts; the record stays English."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.assignments.rules import AssignmentState
from marketplace.booking.booking import book
from marketplace.contracts.models import Agreement
from marketplace.db import SYSTEM, bind_actor, session
from marketplace.kernel.clock import frozen_at
from marketplace.needs.models import FillMode
from tests.timesheets.hours import booked
from tests.world import NOW, TODAY

NEED = {
    "line": "prior-auth",
    "headcount": "1",
    "first_day": "2026-11-30",
    "starts_local": "09:00",
    "ends_local": "17:00",
}


@pytest.fixture
def in_spanish(world, visitors):
    """Somebody of the cast, signed in and reading Spanish; the test itself goes on as the system."""

    def signed_in(who):
        found = getattr(world, who)
        person = found if isinstance(found, Person) else found.person
        person.locale = "es"
        session.commit()
        visitor = visitors(who)
        bind_actor(SYSTEM)
        return visitor

    return signed_in


def sentence(page):
    """What an error page says."""
    return next(node.text for node in page.page.all("p") if "data-sentence" in node.attributes)


# A coordinator


def press_the_clock(visitor, assignment, **more):
    return visitor.post(f"/clock/{assignment.id}/punches", {"kind": "in", **more})


def test_clocking_in_too_early_is_refused_with_the_time_as_its_reader_reads_it(world, in_spanish):
    early = booked(world, world.maya, TODAY + timedelta(days=6))
    maya = in_spanish("maya").get("/clock")
    press_the_clock(maya, early)
    assert maya.status == 409
    assert sentence(maya) == "Puede marcar la entrada a partir de: 8:50 a.m. CST, diez minutos antes del inicio."


def test_a_part_of_a_page_gets_the_same_sentence_as_a_toast(world, in_spanish):
    early = booked(world, world.maya, TODAY + timedelta(days=6))
    maya = in_spanish("maya").get("/clock")
    token = maya.page.all("input", name="csrf_token")[0].attributes["value"]
    maya.post(f"/clock/{early.id}/punches", {"kind": "in", "csrf_token": token}, headers={"HX-Request": "true"})
    assert maya.headers["HX-Retarget"] == "#toasts"
    maya.sees("Puede marcar la entrada a partir de: 8:50 a.m. CST")


def test_without_a_contract_the_clock_says_what_is_missing(world, in_spanish):
    shift = booked(world, world.maya, TODAY)
    contract = session.scalars(select(Agreement).where(Agreement.facility_id == world.harbor.id)).all()
    for paper in contract:
        paper.effective_until = TODAY - timedelta(days=1)
    maya = in_spanish("maya")
    with frozen_at(shift.starts_at):
        maya.sign_in("maya").get("/clock")
        maya.sees("Este turno no puede comenzar.", "El centro no tiene un BAA en vigor para este turno.")
        press_the_clock(maya, shift)
    assert sentence(maya).startswith("Este turno no puede comenzar. El centro no tiene un contrato en vigor")
    assert sentence(maya).endswith("La agencia puede ayudarle.")


def test_two_shifts_at_one_time_cannot_be_taken(world, in_spanish):
    first = world.shift(mode=FillMode.FIRST_COME)
    second = world.shift(mode=FillMode.FIRST_COME)
    maya = in_spanish("maya").get("/offers")
    bind_actor(SYSTEM)
    book(first, world.maya, None, NOW)
    session.commit()
    maya.post(f"/shifts/{second.id}/claim")
    assert maya.status == 409
    assert sentence(maya) == "Usted ya tiene un turno a esa hora. Cancele primero ese turno o elija otro."


def test_why_a_shift_cannot_be_taken_is_said_with_names_the_reader_knows(world, in_spanish):
    shift = world.shift(mode=FillMode.FIRST_COME, required_credentials=["CMM"])
    maya = in_spanish("maya").get("/offers")
    maya.post(f"/shifts/{shift.id}/claim")
    assert sentence(maya) == "Usted no puede tomar este turno: No consta: Gerente médico certificado."


def test_an_act_the_state_does_not_allow_is_put_together_from_spanish_words(world, in_spanish):
    need = world.need()
    rosa = in_spanish("rosa").get(f"/needs/{need.id}")
    rosa.post(f"/needs/{need.id}/resumption")
    assert sentence(rosa) == "Una solicitud en el estado «abierto» no se puede reanudar."


def test_a_time_that_does_not_exist_is_explained_at_its_field(world, in_spanish):
    shift = booked(world, world.maya, date(2026, 3, 7))
    shift.state = AssignmentState.CHECKED_IN
    maya = in_spanish("maya")
    with frozen_at(shift.ends_at + timedelta(hours=12)):
        maya.sign_in("maya").get(f"/clock/{shift.id}/correction")
        maya.press("Guardar estas horas", reason="Se me olvidó.", time_in="02:30", day_in="2026-03-08")
    assert maya.status == 422
    maya.sees("La hora 2:30 a.m. del 8 mar 2026 no existe en America/Chicago")


# A facility


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_day": "2026-11-23"}, "El 23 nov 2026 ya pasó. Elija hoy o un día posterior."),
        ({"first_day": "2026-11-24", "starts_local": "08:00"}, "La hora 8:00 a.m. de hoy ya pasó."),
        ({"rate": "38.99"}, "Su contrato fija $39.00 por hora para Autorización previa. Puede ofrecer más, no menos."),
        (
            {"first_day": "2027-03-14", "starts_local": "02:30", "ends_local": "08:00"},
            "La hora 2:30 a.m. del 14 mar 2027 no existe en America/Chicago",
        ),
        (
            {"notes": "Llame a John, DOB 03/14/1961, MRN 12345678"},
            "Quite una fecha de nacimiento y un número de historia clínica o de afiliado",
        ),
        ({"notes": "Ask for Mr. Smith"}, "parece el nombre de una persona"),
        ({"notes": "x" * 5000}, "Escriba como máximo 4,000 caracteres; aquí hay 5,000."),
        ({"rate": "NaN"}, "Escriba el importe en dólares con dos decimales como máximo"),
        ({"repeat": ["0", "2"]}, "Indique hasta qué día se repite el turno."),
    ],
)
def test_what_cannot_be_posted_is_said_at_its_field(in_spanish, wrong, said):
    rosa = in_spanish("rosa").get("/needs/new").press("Publicar la solicitud", **{**NEED, **wrong})
    assert rosa.status == 422
    rosa.sees(said)


def test_a_form_opened_before_somebody_else_changed_it_is_stale(world, in_spanish, visitors):
    rosa = in_spanish("rosa").get("/needs/new").press("Guardar como borrador", **NEED).follow("Terminar y publicar")
    visitors("tom").get(rosa.path).press("Save as draft", headcount="2")
    rosa.press("Publicar 1 turno")
    assert rosa.status == 409
    assert sentence(rosa) == (
        "Alguien cambió esto mientras usted lo tenía abierto. No se guardó nada: vea primero la nueva versión."
    )


def test_a_page_of_somebody_else_does_not_exist(world, in_spanish):
    rosa = in_spanish("rosa").get(f"/needs/{world.need(facility=world.riverside).id}")
    assert (rosa.status, sentence(rosa)) == (
        404,
        "No existe esa página, o usted no tiene permiso para verla.",
    )


def test_a_key_that_was_used_for_another_form_is_refused(world, in_spanish):
    rosa = in_spanish("rosa").get("/needs/new")
    rosa.post("/needs/new", {"idempotency_key": "k" * 65})
    assert (rosa.status, sentence(rosa)) == (
        422,
        "Este formulario está dañado. Abra la página de nuevo y repita.",
    )


# Whoever reads decides


def test_somebody_not_signed_in_reads_what_the_browser_asks_for(client, world):
    client.get("/invitations/nothing", headers={"Accept-Language": "es-US,es;q=0.9"})
    client.sees("Esta invitación ya se usó, fue retirada o tiene más de 48 horas.")


def test_one_and_the_same_refusal_is_english_for_the_next_reader(world, in_spanish, visitors):
    early = booked(world, world.maya, TODAY + timedelta(days=6))
    other = booked(world, world.jonas, TODAY + timedelta(days=6))
    press_the_clock(in_spanish("maya").get("/clock"), early)
    jonas = visitors("jonas").get("/clock")
    press_the_clock(jonas, other)
    assert sentence(jonas) == "You can clock in from 8:50 am CST on, ten minutes before the start."
