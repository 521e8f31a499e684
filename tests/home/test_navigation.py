"""The navigation marks the room somebody is in, also on pages that are reached from another one."""

import re

import pytest


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
