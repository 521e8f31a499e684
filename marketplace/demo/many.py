"""The other coordinators of the demo: made-up people over all service lines, zones and hours, the same at every build."""

import random

from marketplace.demo.cast import STANDARD_RATES, Worker
from marketplace.kernel import MONDAY_TO_FRIDAY

FIRST = (
    "Grace Tomas Uma Yusuf Elena Hugo Wanjiru Ben Amara Leila Marco Nora Kenji Rita Samuel Ingrid Paolo Zainab Victor Hana"
    " Oscar Lucia Dmitri Ayana Felipe Ruth Noor Kofi Marisol Ethan Priyanka Joaquin Simone Abel Keiko Rafael Naledi Anton"
    " Mireille Diego Fatima Owen Carmen Emeka Linh Beatriz Sven Thandiwe Gabriel Imani Luka Renata Tariq Astrid Mateo"
).split()
LAST = (
    "Park Nakamura Ivanova Osei Delgado Haugen Mwangi Weiss Adeyemi Haddad Ricci Lindgren Sato Fonseca Okoro Dahl Bianchi"
    " Siddiqui Petrov Kimura Becker Vargas Sokolov Tesfaye Ramos Abrams Rahman Mensah Cruz Walsh Nair Ibarra Laurent Girma Mori"
    " Castillo Dlamini Novak Dubois Morales Aziz Byrne Reyes Nwosu Pham Duarte Nilsson Khumalo Santos Diallo Horvat Pinto"
    " Malik Berg Ortiz"
).split()

# Country, US state, zone; the states with a nurse compact first, so that many licenses reach far.
HOMES = (
    ("US", "TX", "America/Chicago"),
    ("US", "WI", "America/Chicago"),
    ("US", "CO", "America/Denver"),
    ("US", "NY", "America/New_York"),
    ("US", "CA", "America/Los_Angeles"),
    ("US", "FL", "America/New_York"),
    ("US", "IL", "America/Chicago"),
    ("MX", "", "America/Mexico_City"),
    ("PH", "", "Asia/Manila"),
    ("CO", "", "America/Bogota"),
)
RECORDS = ("Epic", "Cerner", "athenahealth", "NextGen", "Dentrix", "eClinicalWorks")
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
HOURS = (
    (MONDAY_TO_FRIDAY, 6, 19),
    (MONDAY_TO_FRIDAY, 7, 20),
    (EVERY_DAY, 6, 22),
    (EVERY_DAY, 0, 24),
    ((1, 2, 3, 4, 5), 7, 18),
    (EVERY_DAY, 11, 24),
)
FAMILIES = (
    ("medical-admin", "medical-reception", "medical-scribe"),
    ("medical-billing", "prior-auth", "provider-support"),
    ("dental-admin", "dental-reception", "dental-billing"),
    ("dental-scribe", "dental-executive", "dental-admin"),
    ("care-coordination", "telehealth", "provider-support"),
    ("executive-va", "medical-admin", "dental-executive"),
    ("triage", "rpm", "telehealth"),
    ("medical-scribe", "medical-reception", "telehealth"),
    ("prior-auth", "care-coordination", "medical-billing"),
    ("rpm", "care-coordination", "telehealth"),
)


def more_workers(how_many: int, seed: int = 17) -> list[Worker]:
    """So many coordinators; nurses live in the US and hold licenses for the states the demo's patients live in."""
    chance = random.Random(seed)
    found = []
    for number in range(how_many):
        lines = FAMILIES[number % len(FAMILIES)]
        nurse = "triage" in lines
        country, state, zone = HOMES[(number * 3) % 5 if nurse else number % len(HOMES)]
        highest = max(STANDARD_RATES[line][1] for line in lines)
        lowest = min(STANDARD_RATES[line][1] for line in lines)
        # Manila works the American day at night; its hours are written in its own zone.
        hours = ((0, 1, 2, 3, 4, 5), 19, 35) if country == "PH" else HOURS[chance.randrange(len(HOURS))]
        found.append(
            Worker(
                key=f"worker-{number}",
                name=f"{FIRST[number % len(FIRST)]} {LAST[(number * 7) % len(LAST)]}",
                email=f"{FIRST[number % len(FIRST)].lower()}.{number + 6}@people.example",
                time_zone=zone,
                service_lines=lines,
                country=country,
                work_state=state,
                languages=("en", "es") if country in ("MX", "CO") or chance.random() < 0.2 else ("en",),
                ehr=tuple(chance.sample(RECORDS, chance.randrange(1, 4))),
                years=chance.randrange(1, 16),
                education=chance.choice(("high-school", "associate", "associate", "bachelor", "bachelor")),
                min_pay_cents=100 * (min(lowest, highest) // 100 - chance.randrange(1, 6)),
                max_week_minutes=60 * chance.choice((30, 40, 40, 40)),
                rating=f"{chance.triangular(3.6, 5.0, 4.7):.1f}",
                free=hours,
                licenses=((state, state in ("TX", "WI", "CO", "FL")), ("IL", False), ("CA", False)) if nurse else (),
                certificates=tuple(name for name in ("CPCC", "CMAA", "CMM") if chance.random() < 0.3),
            )
        )
    return found
