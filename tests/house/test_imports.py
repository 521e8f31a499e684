"""Only pages know the web, also by way of others; and nobody borrows another room's pages."""

import grimp

PAGES = ("views", "forms")
OPENS_ALL_ROOMS = {"marketplace.app", "marketplace.navigation"}

SHOWN_TOGETHER = {
    "marketplace.coverage.views.shifts borrows marketplace.booking.views.offers": "a coordinator opens a shift as an offer",
    "marketplace.coverage.views.posting_preview borrows marketplace.needs.views.posting": "its matches are shown",
    "marketplace.coverage.views.needs borrows marketplace.needs.views.posting": "the names of the form that posted it",
    "marketplace.home.views.overview borrows marketplace.inbox.views.inbox": "the agency's first page is its inbox",
}
"""Pages of one room that show what a lower room's page shows, with the reason."""


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_nobody_borrows_another_rooms_pages():
    house = grimp.build_graph("marketplace", cache_dir=None)
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


# What stands outside of views and forms and still comes to Flask, with the way there. The list may only get shorter.
COMES_TO_FLASK = {
    "accounts.authentication.confirmation": "answers a request itself",
    "accounts.authentication.sign_in": "answers a request itself: Flask-Login's session",
    "accounts.authentication.page_access": "answers a request itself: the way to sign in, instead of a page",
    "schema": "the table of acts that are done once",
}
OF_THE_WEB = {"web", "app", "navigation", "cli", "commands", "demo", "serving", "doctor", "processes"}


def is_page(module: str) -> bool:
    parts = module.split(".")[1:]
    return not parts or parts[0] in OF_THE_WEB or "views" in parts or parts[-1] == "forms"


def test_no_act_comes_to_flask_by_way_of_others():
    house = grimp.build_graph("marketplace", include_external_packages=True, cache_dir=None)
    found = {
        module.removeprefix("marketplace.") for module in house.find_downstream_modules("flask") if not is_page(module)
    }
    assert found == set(COMES_TO_FLASK)
