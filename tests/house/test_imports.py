"""Nobody borrows another room's pages: views and forms are used by their own concept, and by what opens all rooms."""

import grimp

PAGES = ("views", "forms")
OPENS_ALL_ROOMS = {"marketplace.app", "marketplace.navigation"}


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
    assert borrowed == set()
