"""A value the site cannot run with is refused before anything starts, in a sentence that names it."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from marketplace.config import Settings
from marketplace.config_values import Misconfigured


def test_nothing_set_is_enough_to_start(tmp_path):
    settings = Settings.from_environment({"MARKETPLACE_HOME": str(tmp_path)})
    assert settings.base_url == "http://localhost:8000"
    assert settings.database_url is None
    assert settings.mail_server is None
    assert not settings.over_https


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "٨٠٠٠"),
        ("PORT", "9" * 5000),
        ("DATABASE_URL", "sqlite:///site.db"),
        ("DATABASE_URL", "mysql://host/marketplace"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "host/marketplace"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "staffing.example"),
        ("BASE_URL", "https://staffing.example/some/page"),
        ("BASE_URL", "https://[staffing"),
        ("SMTP_URL", "mail.example:25"),
        ("SMTP_URL", "smtp://mail.example:many"),
        ("MAIL_FROM", "nobody"),
        ("STRIPE_API_KEY", "pk_live_publishable"),
        ("STRIPE_WEBHOOK_SECRET", "secret"),
        ("STRIPE_API_BASE", "localhost:12111"),
        ("REQUIRE_SECOND_FACTOR", "perhaps"),
        ("TRUSTED_PROXIES", "nginx"),
        ("TRUSTED_PROXIES", "127.0.0.1 10.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "127.0.0.1,::/0"),
        ("AGENCY_TIME_ZONE", "Chicago"),
        ("AGENCY_TIME_ZONE", "/etc/passwd"),
    ],
)
def test_a_value_the_site_cannot_run_with_is_named(name, value):
    with pytest.raises(Misconfigured, match=name):
        Settings.from_environment({name: value})


def test_proxies_are_addresses_and_networks():
    trusted = Settings.from_environment({"TRUSTED_PROXIES": "127.0.0.1, 10.4.0.0/16,2001:db8::1"}).trusted_proxies
    assert [str(network) for network in trusted] == ["127.0.0.1/32", "10.4.0.0/16", "2001:db8::1/128"]
    assert Settings.from_environment({}).trusted_proxies == ()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(scheme):
    settings = Settings.from_environment({"DATABASE_URL": f"{scheme}://ada:s%40crate@db.example:5433/site"})
    assert settings.database_url == "postgresql+psycopg://ada:s%40crate@db.example:5433/site"


def test_live_money_never_goes_to_a_stand_in():
    elsewhere = {"STRIPE_API_BASE": "http://127.0.0.1:12111"}
    assert Settings.from_environment({**elsewhere, "STRIPE_API_KEY": "sk_test_1"}).stripe_api_base
    with pytest.raises(Misconfigured, match="refused together with a live"):
        Settings.from_environment({**elsewhere, "STRIPE_API_KEY": "sk_live_1"})


def test_a_mail_server_is_read_with_its_usual_port():
    plain = Settings.from_environment({"SMTP_URL": "smtp://ada%40x:p%2Fw@mail.example"}).mail_server
    assert plain is not None
    assert (plain.host, plain.port, plain.tls, plain.username, plain.password) == (
        "mail.example", 587, False, "ada@x", "p/w",
    )  # fmt: skip
    secure = Settings.from_environment({"SMTP_URL": "smtps://mail.example"}).mail_server
    assert secure is not None
    assert (secure.port, secure.tls) == (465, True)


def test_secrets_do_not_show_when_the_settings_are_printed():
    shown = repr(
        Settings.from_environment(
            {
                "SECRET_KEY": "k" * 40,
                "DATABASE_URL": "postgresql://ada:hush@db.example/site",
                "SMTP_URL": "smtp://ada:hush@mail.example",
                "STRIPE_API_KEY": "sk_test_hush",
                "STRIPE_WEBHOOK_SECRET": "whsec_hush",
            }
        )
    )
    assert "hush" not in shown
    assert "kkkk" not in shown


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path):
    settings = Settings.from_environment({"MARKETPLACE_HOME": str(tmp_path / "new" / "home")})
    with ThreadPoolExecutor(8) as together:
        keys = set(together.map(lambda _: settings.secret_key, range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    kept = settings.home / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
    assert [file.name for file in settings.home.iterdir()] == ["secret_key"]


def test_a_damaged_secret_key_is_not_used(tmp_path):
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(Misconfigured, match="damaged"):
        _ = Settings.from_environment({"MARKETPLACE_HOME": str(tmp_path)}).secret_key
