"""`marketplace doctor` finds what is missing, says what to do, and fails only for what the site cannot do without."""

import pytest

from marketplace.cli import commands
from marketplace.doctor import examine

NAMES = (
    "MARKETPLACE_HOME",
    "DATABASE_URL",
    "SMTP_URL",
    "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "PORT",
    "BASE_URL",
    "TRUSTED_PROXIES",
    "SECRET_KEY",
)


@pytest.fixture
def found(monkeypatch, tmp_path):
    """What the doctor says in an environment: the findings by what was looked at."""

    def look(**environment: str):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("MARKETPLACE_HOME", str(tmp_path))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return {finding.what: finding for finding in examine()}

    return look


def test_a_migrated_database_is_fit_and_a_missing_worker_is_only_noted(found, empty_database_url):
    told = found(DATABASE_URL=empty_database_url)
    assert all(finding.fine for finding in told.values() if finding.required)
    assert not told["worker"].fine
    assert "marketplace worker" in str(told["worker"])
    assert told["documents"].fine


def test_a_database_without_tables_is_told_to_upgrade(found, databases):
    with databases.copy("template1") as url:
        told = found(DATABASE_URL=url)
    assert told["tables"].required
    assert "marketplace db upgrade" in str(told["tables"])
    assert told["roles"].fine


def test_a_database_that_does_not_answer_is_told_in_a_sentence(found, tmp_path):
    told = found(DATABASE_URL=f"postgresql://ada@/site?host={tmp_path}")
    assert told["database"].required
    assert not told["database"].fine


def test_a_value_the_site_cannot_run_with_is_told_by_name(found):
    told = found(PORT="http")
    assert "PORT must be a whole number" in str(told["settings"])
    assert told["settings"].required


def test_a_mail_server_that_does_not_answer_is_noted(found, empty_database_url):
    told = found(DATABASE_URL=empty_database_url, SMTP_URL="smtp://127.0.0.1:9")
    assert not told["mail"].fine
    assert "SMTP_URL" in told["mail"].advice


@pytest.mark.parametrize("keys", [{}, {"STRIPE_API_KEY": "sk_test_1"}, {"STRIPE_API_KEY": "sk_live_1"}])
def test_keys_of_stripe_promise_no_money_that_does_not_move(found, empty_database_url, keys):
    told = found(DATABASE_URL=empty_database_url, **keys)["Stripe"]
    assert "payments and payouts are recorded by hand" in str(told)
    assert (told.fine, told.advice) == (True, "")


def test_https_without_a_named_proxy_is_noted(found, empty_database_url):
    https = {"DATABASE_URL": empty_database_url, "BASE_URL": "https://staffing.example"}
    assert "TRUSTED_PROXIES" in str(found(**https)["proxy"])
    assert found(**https, TRUSTED_PROXIES="127.0.0.1")["proxy"].fine
    assert found(DATABASE_URL=empty_database_url)["proxy"].fine


def test_the_promised_commands_are_there():
    assert {"serve", "worker", "demo", "doctor", "db", "ledger", "import"} <= set(commands.commands)
