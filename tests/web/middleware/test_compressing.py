"""Text travels small, and what names its content is kept."""

import gzip

from hypothesis import given
from hypothesis import strategies as st

from marketplace.config import ROOT
from marketplace.web.middleware.compressing import gzipped


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
    asked = {"Accept-Encoding": "gzip"}
    first = client.client.get(address, headers=asked, buffered=True)
    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.data) == (ROOT / "static" / "vendor" / "htmx.min.js").read_bytes()
    again = client.client.get(address, headers=asked | {"If-None-Match": first.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_a_file_carries_the_same_strict_headers_as_a_page_and_belongs_to_no_other_site(client):
    page = client.get("/sign-in")
    address = next(n.attributes["src"] for n in page.page.all("script") if "htmx" in n.attributes["src"])
    file = client.client.get(address, buffered=True)
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
        assert file.headers[name] == page.headers[name]
    assert "Access-Control-Allow-Origin" not in file.headers
    assert file.mimetype == "text/javascript"
