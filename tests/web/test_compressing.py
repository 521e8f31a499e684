"""Text travels small, and what names its content is kept."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from marketplace.web.compressing import gzipped


@given(st.binary(max_size=5000), st.integers(0, 63))
def test_whatever_is_packed_comes_out_the_same(body, padding):
    assert gzip.decompress(gzipped(body, padding)) == body


def test_a_page_is_gzipped_for_a_browser_that_takes_it_and_its_length_tells_nothing(client):
    lengths = set()
    for _ in range(8):
        answer = client.client.get("/sign-in", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"<h1>" in gzip.decompress(answer.get_data())
        lengths.add(len(answer.get_data()))
    assert len(lengths) > 1


def test_a_browser_that_takes_no_gzip_gets_none(client):
    assert "Content-Encoding" not in client.client.get("/sign-in").headers


def test_a_file_that_names_its_content_is_kept_for_a_year_and_asked_for_again_is_not_sent(client):
    page = client.get("/sign-in")
    address = next(n.attributes["src"] for n in page.page.all("script") if "htmx" in n.attributes["src"])
    first = client.client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "immutable" in first.headers["Cache-Control"]
    again = client.client.get(
        address, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert again.status_code == 304
    assert (
        "immutable" not in client.client.get(address.split("?")[0] + "?v=other", buffered=True).headers["Cache-Control"]
    )
