"""What must be set before messages can be sent, and what must not be."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from kith_notifications.settings import Settings
from tests.conftest import SettingsOf


@pytest.fixture
def settings(settings_of: SettingsOf) -> Any:
    return lambda **chosen: settings_of(kind=Settings, **chosen)


def test_a_mail_server_on_this_machine_needs_nothing_more(settings: Any) -> None:
    assert (settings().tls, settings().sender.addr_spec) == ("none", "kith@localhost")


def test_a_mail_server_elsewhere_is_reached_by_starttls(settings: Any) -> None:
    assert settings(smtp_host="mail.example.org", mail_from="kith@example.org").tls == "starttls"


def test_the_sender_may_have_a_name(settings: Any) -> None:
    sender = settings(mail_from='"Kith, Example" <kith@example.org>').sender

    assert (sender.display_name, sender.addr_spec) == ("Kith, Example", "kith@example.org")


@pytest.mark.parametrize(
    ("chosen", "variable"),
    [
        ({"smtp_host": "mail.example.org"}, "KITH_MAIL_FROM is not set"),
        ({"smtp_username": "kith"}, "KITH_SMTP_USERNAME and KITH_SMTP_PASSWORD go together"),
        ({"mail_from": "nobody"}, "must look like kith@example.org"),
        ({"mail_from": "a@example.org, b@example.org"}, "must look like kith@example.org"),
        (
            {
                "smtp_host": "mail.example.org",
                "mail_from": "kith@example.org",
                "smtp_tls": "none",
                "smtp_username": "kith",
                "smtp_password": SecretStr("invented"),
            },
            "would send KITH_SMTP_PASSWORD in the open",
        ),
    ],
)
def test_wrong_settings_are_told(settings: Any, chosen: dict[str, Any], variable: str) -> None:
    with pytest.raises(ValidationError, match=variable):
        settings(**chosen)
