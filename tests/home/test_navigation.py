"""The navigation marks the room somebody is in, also on pages that are reached from another one."""

import re

import pytest

from marketplace.db import session
from marketplace.kernel import Phrase
from marketplace.messaging.writing import notify


@pytest.mark.parametrize(
    ("address", "room"),
    [
        ("/credentials/mine", "/me"),
        ("/credentials/mine/new", "/me"),
        ("/contracts/", "/me"),
        ("/account", "/me"),
        ("/notices", "/me"),
        ("/me/places", "/me"),
        ("/schedule/subscription", "/schedule"),
        ("/offers/why-not", "/offers"),
    ],
)
def test_a_coordinator_sees_in_which_room_she_is(visitors, address, room):
    page = visitors("maya").get(address).html
    assert set(re.findall(r'href="([^"]+)"[^>]*aria-current="page"', page)) == {room}


def test_the_bell_counts_unread_notices_on_every_page(world, visitors):
    rosa, page = visitors("rosa"), "/schedule"
    assert "unread" not in rosa.get(page).text
    for number in range(3):
        notify(
            world.rosa,
            Phrase("%(name)s is active: you can post needs.", name=f"Harbor {number}"),
            kind="told",
            link="/",
        )
    session.commit()
    rosa.get(page).sees("3 Notices, 3 unread")
    rosa.follow("3 Notices, 3 unread").press("Mark all as read")
    assert "unread" not in rosa.get(page).text
