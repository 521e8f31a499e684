"""Nobody borrows another room's pages: views and forms are used by their own concept, and by what opens all rooms."""

import grimp

PAGES = ("views", "forms")
OPENS_ALL_ROOMS = {"marketplace.app", "marketplace.navigation"}

SHOWN_TOGETHER = {
    "marketplace.coverage.views.shifts borrows marketplace.booking.views.offers": "a coordinator opens a shift as an offer",
    "marketplace.coverage.views.shifts borrows marketplace.booking.forms": "offers are sent from the page of the shift",
    "marketplace.coverage.views.needs borrows marketplace.needs.views.posting": "a posting is previewed with its matches",
    "marketplace.home.views.overview borrows marketplace.inbox.views.inbox": "the agency's first page is its inbox",
}
"""Pages of one room that show what a lower room's page shows, with the reason."""


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_nobody_borrows_another_rooms_pages():
    house = grimp.build_graph("marketplace")
    pages = [
        module
        for module in house.modules
        if module.count(".") >= 2 and module.split(".")[2] in PAGES and room(module) != "marketplace.web"
    ]
    assert pages, "the house has pages"
    borrowed = {
        f"{borrower} borrows {page}"
        for page in pages
        for borrower in house.find_modules_that_directly_import(page)
        if room(borrower) != room(page) and borrower not in OPENS_ALL_ROOMS
    }
    assert borrowed == set(SHOWN_TOGETHER)
