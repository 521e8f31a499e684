"""The application put together: settings, rooms, guards, errors as pages. The only module that knows every page."""

import secrets
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, has_app_context, has_request_context, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

import marketplace.wiring  # noqa: F401 - every hook is filled from here on
from marketplace import navigation
from marketplace.accounts.authentication import confirmation, sign_in
from marketplace.accounts.authentication.page_access import check, must_set_up_second_factor
from marketplace.catalogue.queries import name_of
from marketplace.config import Settings, settings_from
from marketplace.coordinators.queries import zone_of as zone_of_coordinator
from marketplace.coordinators.texts import education_words
from marketplace.db import sessions as db
from marketplace.facilities.queries import zone_of
from marketplace.facilities.texts import payer_word
from marketplace.home.badge_counts import BadgeCounts, badge_counts
from marketplace.kernel import Invalid, NotAllowedNow, NotFound, NotPermitted, NotYet, Refusal, now
from marketplace.kernel.phrasing import phrases
from marketplace.web import check_all_guarded, filters, reader_locale
from marketplace.web.guard import guard
from marketplace.web.middleware import assets, compressing, headers, health, logs, oversize, proxies
from marketplace.web.transactions import in_one_transaction

LANGUAGES = (("en", "English"), ("es", "Español"))
STATUS: dict[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotPermitted: HTTPStatus.FORBIDDEN,
    NotAllowedNow: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}
LONGEST_REQUEST = 12 * 1024 * 1024
# More requests than connections wait their turn: when two hundred people press one button, the last of them still gets an
# answer instead of an error page. A database that is gone is noticed at once whatever this says.
CONNECTIONS = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 25}

log = structlog.get_logger()


class Marketplace(Flask):
    """Flask, with the whole of every view inside one transaction."""

    def dispatch_request(self) -> ResponseReturnValue:
        return in_one_transaction(self, lambda: self.make_response(super(Marketplace, self).dispatch_request()))


def create_app(settings: Settings | None = None, database_url: str | None = None) -> Flask:
    """The web application. `database_url` is where the caller has found or started PostgreSQL."""
    settings = settings or Settings.from_environment()
    url = database_url or settings.database_url
    if url is None:
        raise Invalid(
            "No database: set DATABASE_URL, or start the site with `marketplace serve`, which brings its own."
        )
    app = Marketplace("marketplace", template_folder="../templates", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.over_https,
        MAX_CONTENT_LENGTH=LONGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        SETTINGS=settings,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.set_up_logs()
    engine = db.connect(url, **CONNECTIONS)
    app.extensions["engine"] = engine
    Babel(app, locale_selector=locale, timezone_selector=time_zone)
    phrases.set_language_source(language)
    settings_from(_settings_of_the_application)
    proxies.look_behind(app, settings.trusted_proxies)
    logs.log_requests(app)
    CSRFProtect(app)
    sign_in.logins.init_app(app, add_context_processor=False)
    app.before_request(sign_in.load_person)
    guard(app, check, confirmation.ask_again)
    headers.secure(app, settings.over_https)
    compressing.register(app)
    filters.register(app)
    app.jinja_env.globals.update(asset_url=assets.asset_url, idempotency_key=lambda: secrets.token_urlsafe(18))
    app.register_blueprint(assets.pages)
    assets.serve(app, settings.over_https)
    app.register_blueprint(health.pages)
    navigation.register_pages(app)
    app.context_processor(page_context)
    _errors_as_pages(app)
    app.teardown_appcontext(lambda _: db.session.remove())
    check_all_guarded(app)
    navigation.check_all_lead_somewhere(app.view_functions)
    return app


def locale() -> str:
    """The person's language, else the browser's best, else English."""
    person = sign_in.current_person_or_none()
    if person is not None:
        return person.locale
    codes = [code for code, _ in LANGUAGES]
    chosen = cookie.get("locale")
    return chosen if chosen in codes else request.accept_languages.best_match(codes) or "en"


def language() -> phrases.Language:
    """The language of refusals: the reader's language on a page; English where nobody reads one."""
    if not has_request_context():
        return phrases.ENGLISH
    return phrases.Language(reader_locale(), _, code_name)


def code_name(of: str, code: str) -> str:
    """The name of a code on a page: of a service line, a credential, an education or a payer."""
    match of:
        case "education":
            return next((str(words) for known, words in education_words().items() if known == code), code)
        case "payer":
            return payer_word(code)
        case _:
            return name_of(of, code)


def time_zone() -> str:
    """The clock times are shown by where no place has a say: the facility's, the coordinator's, else that of the agency."""
    person = sign_in.current_person_or_none()
    if person is not None and person.facility_id is not None:
        return zone_of(person.facility_id)
    if person is not None and person.coordinator_id is not None:
        return zone_of_coordinator(person.coordinator_id)
    return _settings().agency_time_zone


def page_context() -> dict[str, Any]:
    """The values `base.html` needs on every page; the list stands at the top of that file."""
    person = sign_in.current_person_or_none()
    # A part of a page that htmx asks for has no frame around it, so nothing is counted for it.
    framed = person is not None and "HX-Request" not in request.headers
    # Before the second factor is set up there is nowhere to go.
    inside = person is not None and not must_set_up_second_factor(person)
    waiting = badge_counts(person, now()) if framed and inside and person is not None else BadgeCounts(0, {})
    entries = navigation.navigation(person if inside else None, request.path, waiting.counts)
    return {
        "agency_name": _settings().agency_name,
        "person": person,
        "theme": person.theme if person else "system",
        "shortcuts": person.shortcuts if person else True,
        "locale": locale(),
        "languages": LANGUAGES,
        "nav": entries,
        "tabs": navigation.tabs(entries),
        "links": navigation.links(entries, inside=inside),
        "unread": waiting.unread,
    }


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _settings_of_the_application() -> Settings | None:
    return _settings() if has_app_context() else None


def _errors_as_pages(app: Flask) -> None:
    """Every refusal becomes a page with one clear sentence; what nobody foresaw is logged with its request id."""

    def page(status: HTTPStatus | int, sentence: str, first: NotYet | None = None) -> Response:
        g.error_page = True
        db.session.rollback()
        template = "errors/toast.html" if "HX-Request" in request.headers else "errors/error.html"
        response = Response(
            render_template(
                template, status=int(status), sentence=sentence, first=first, request_id=g.get("request_id", "")
            ),
            status=int(status),
            mimetype="text/html",
        )
        if (
            "HX-Request" in request.headers
        ):  # a part of the page asked: what it shows stays, the sentence stands beside it
            response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#toasts", "innerHTML"
        if int(status) == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "2"
        return response

    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> Response:
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return page(status, error.sentence, error if isinstance(error, NotYet) else None)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            oversize.read_away()
        sentences = {
            400: _("The site could not read this form. Open the page again and repeat."),
            404: _("There is no such page, or it is not yours to see."),
            405: _("This address does not take that kind of request."),
            413: _("That is larger than the site takes. Files may have 10 MB."),
            429: _("Too many tries. Wait a few minutes, then try again."),
        }
        return page(error.code, sentences.get(error.code, _("The request could not be answered.")))

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    def database(error: Exception) -> Response:
        if isinstance(error, DataError):  # also what the driver refuses before it reaches the server
            log.warning("value refused by the database", sqlstate=getattr(error.orig, "sqlstate", None))
            return page(HTTPStatus.UNPROCESSABLE_ENTITY, _("One of the values cannot be stored. Nothing was saved."))
        unreachable = isinstance(error, (OperationalError, InterfaceError, PoolTimeout))
        log.error("database failed", exc_info=error)
        if unreachable:
            busy = _("The site is busy or restarting. Nothing was saved. Try again in a moment.")
            return page(HTTPStatus.SERVICE_UNAVAILABLE, busy)
        return page(HTTPStatus.INTERNAL_SERVER_ERROR, _("Something went wrong on our side. Nothing was saved."))

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.error("unforeseen error", exc_info=error)
        return page(HTTPStatus.INTERNAL_SERVER_ERROR, _("Something went wrong on our side. Nothing was saved."))
