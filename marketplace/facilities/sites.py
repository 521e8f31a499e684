"""The places of a facility, each with its own time zone and budget: opened, changed, closed."""

from marketplace.accounts.models import Person
from marketplace.audit.recording import record
from marketplace.db import session
from marketplace.facilities.models import Facility, Site
from marketplace.facilities.rules import SiteDraft, checked_site
from marketplace.kernel import N_, Invalid, JoinedList, NotAllowedNow, Phrase

# What may be different about a site, and what that is called in the trail.
SITE_FACTS = {
    "name": N_("name"), "time_zone": N_("time zone"), "city": N_("city"), "region": N_("state"),
    "monthly_budget_cents": N_("monthly budget"),
}  # fmt: skip
MOST_SITES = 200


def open_site(facility: Facility, draft: SiteDraft, by: Person) -> Site:
    """A further place; `facility` is loaded with its sites. Raises Invalid with the field."""
    facts = checked_site(draft)
    _check_name(facility, facts.name, None)
    if len(facility.sites) >= MOST_SITES:
        raise NotAllowedNow("A facility has at most %(most)s sites.", most=MOST_SITES)
    site = Site(facility_id=facility.id, **{name: getattr(facts, name) for name in SITE_FACTS})
    session.add(site)
    session.flush()
    record("open", site, Phrase("Site %(name)s was added.", name=site.name), by=by)
    return site


def change_site(facility: Facility, site: Site, draft: SiteDraft, by: Person) -> bool:
    """Make the site's facts those of the draft; whether anything was different. Shifts already posted keep their times."""
    facts = checked_site(draft)
    _check_name(facility, facts.name, site.id)
    changed = [name for name in SITE_FACTS if getattr(site, name) != getattr(facts, name)]
    for name in changed:
        setattr(site, name, getattr(facts, name))
    if changed:
        session.flush()
        what = JoinedList([Phrase(SITE_FACTS[name]) for name in changed], ", ")
        record("change", site, Phrase("Site %(name)s, changed: %(what)s.", name=site.name, what=what), by=by)
    return bool(changed)


def close_site(facility: Facility, site: Site, by: Person) -> None:
    """Nothing new is posted for it; what is posted stays. The last open site cannot be closed."""
    if not site.active:
        return
    if not any(other.active for other in facility.sites if other.id != site.id):
        raise NotAllowedNow("This is the only open site. Add another one before you close it.")
    site.active = False
    record("close", site, Phrase("Site %(name)s was closed.", name=site.name), by=by)


def reopen_site(site: Site, by: Person) -> None:
    """Needs may be posted for it again."""
    if not site.active:
        site.active = True
        record("reopen", site, Phrase("Site %(name)s was opened again.", name=site.name), by=by)


def _check_name(facility: Facility, name: str, own: int | None) -> None:
    if any(site.name.casefold() == name.casefold() and site.id != own for site in facility.sites):
        raise Invalid("Another site has this name.", "name")
