"""The environment: what is refused, each with its remedy, and all at once."""

from __future__ import annotations

import base64

import pytest

from embedded_app.config import Config
from embedded_app.errors import ConfigurationError

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(32)).decode()
COMPLETE = {
    "PUBLIC_URL": "https://tieback.example",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "MASTER_KEYS": f"2026:{KEY}",
    "PROCORE_CLIENT_ID": "client",
    "PROCORE_CLIENT_SECRET": "s3cret",
    "SUPPORT_EMAIL": "help@tieback.example",
}


def test_a_complete_environment_is_production_on_sqlite() -> None:
    config = Config.from_environment(COMPLETE)
    assert config.procore_login_url == "https://login.procore.com"
    assert config.procore_api_url == "https://api.procore.com"
    assert config.procore_frame_ancestors == ("https://*.procore.com",)
    assert config.redirect_uri == "https://tieback.example/oauth/callback"
    assert config.database_url.reveal().startswith("sqlite:///")
    assert config.app_name == "Tieback"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"PUBLIC_URL": ""}, "PUBLIC_URL is missing"),
        ({"PUBLIC_URL": "http://tieback.example"}, "must begin with https"),
        ({"PUBLIC_URL": "https://tieback.example/app"}, "without a path"),
        ({"SECRET_KEY": "changeme"}, "too short or a default"),
        ({"SECRET_KEY": COMPLETE["SECRET_KEY"][:31]}, "at least 32 characters"),
        ({"MASTER_KEYS": ""}, "MASTER_KEYS is missing"),
        ({"MASTER_KEYS": KEY}, "not written as id:base64"),
        ({"MASTER_KEYS": "a:c2hvcnQ="}, "has 5 bytes"),
        ({"MASTER_KEYS": "a:not base64!"}, "is not base64"),
        ({"MASTER_KEYS": f"a:{KEY[:4]}!{KEY[4:]}"}, "is not base64"),
        ({"MASTER_KEYS": f"a:{KEY},a:{OTHER_KEY}"}, "names one id twice"),
        ({"MASTER_KEYS": f"a:{KEY},b:{KEY}"}, "one key under two ids"),
        ({"PROCORE_ENVIRONMENT": "staging"}, "one of production, sandbox, monthly, federal, custom"),
        ({"PROCORE_ENVIRONMENT": "custom"}, "PROCORE_API_URL is missing"),
        ({"PROCORE_API_URL": "http://api.procore.com"}, "must begin with https"),
        ({"PROCORE_FRAME_ANCESTORS": "app.procore.com"}, "not an origin"),
        ({"PROCORE_FRAME_ANCESTORS": "https://a.example;script-src"}, "not an origin"),
        ({"APP_NAME": "Procore Tieback"}, "choose another name"),
        ({"APP_NAME": "T" * 31}, "at most 30"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with"),
        ({"SUPPORT_EMAIL": "nobody"}, "not an e-mail address"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"GRANT_RETENTION_DAYS": "0"}, "number of days from 1 to 3650"),
        ({"GRANT_RETENTION_DAYS": "3 months"}, "number of days from 1 to 3650"),
        ({"SOURCE_NETWORKS": "10.0.0.0/8, office"}, "'office'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES is how many"),
        ({"TRUSTED_PROXIES": "two"}, "TRUSTED_PROXIES is how many"),
        ({"SIGN_IN_CODES": "yes"}, "one of off, on"),
    ],
)
def test_a_problem_is_one_sentence_that_names_the_variable(changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        Config.from_environment(COMPLETE | changed)
    assert any(sentence in problem for problem in raised.value.problems)


def test_an_empty_environment_lists_every_problem_at_once() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Config.from_environment({})
    named = {problem.split()[0] for problem in raised.value.problems}
    assert named == {
        "PUBLIC_URL",
        "SECRET_KEY",
        "MASTER_KEYS",
        "PROCORE_CLIENT_ID",
        "PROCORE_CLIENT_SECRET",
        "SUPPORT_EMAIL",
    }


def test_no_secret_shows_in_the_configuration_or_its_problems() -> None:
    config = Config.from_environment(COMPLETE)
    assert KEY not in repr(config)
    assert "s3cret" not in repr(config)
    with pytest.raises(ConfigurationError) as raised:
        Config.from_environment(COMPLETE | {"SECRET_KEY": "planted", "MASTER_KEYS": "a:cGxhbnRlZA=="})
    assert "planted" not in str(raised.value)
    assert "cGxhbnRlZA" not in str(raised.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_hosted_postgresql_address_gets_our_driver(scheme: str) -> None:
    config = Config.from_environment(COMPLETE | {"DATABASE_URL": f"{scheme}://u:p@db/x"})
    assert config.database_url.reveal() == "postgresql+psycopg://u:p@db/x"


def test_plain_http_is_for_this_machine_only() -> None:
    config = Config.from_environment(COMPLETE | {"PUBLIC_URL": "http://app.tieback.localhost:8000"})
    assert not config.is_https
