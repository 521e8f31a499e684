"""The Flask glue every page uses: guarded blueprints, finding, lists and their filters, downloads, undo."""

from marketplace.web.downloads import MOST_EXPORTED, csv_download, pdf_download, text_download
from marketplace.web.guard import PUBLIC, SIGNED_IN, Pages, check_all_guarded
from marketplace.web.locales import country_name, language_name, reader_locale
from marketplace.web.lookup import check_version, get_or_404
from marketplace.web.offline import kept_offline
from marketplace.web.paging import Page, page_number, page_of
from marketplace.web.preview_tokens import TwoClicks
from marketplace.web.query_args import asked_day, asked_number, asked_word
from marketplace.web.undo import flash_with_undo

__all__ = [
    "MOST_EXPORTED",
    "PUBLIC",
    "SIGNED_IN",
    "Page",
    "Pages",
    "TwoClicks",
    "asked_day",
    "asked_number",
    "asked_word",
    "check_all_guarded",
    "check_version",
    "country_name",
    "csv_download",
    "flash_with_undo",
    "get_or_404",
    "kept_offline",
    "language_name",
    "page_number",
    "page_of",
    "pdf_download",
    "reader_locale",
    "text_download",
]
