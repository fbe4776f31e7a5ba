"""What referrals reads from its environment."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from kith_referrals.settings import Settings
from tests.conftest import SettingsOf


def test_proxies_are_addresses_and_networks(settings_of: SettingsOf) -> None:
    settings = settings_of(kind=Settings, trusted_proxies="10.0.0.0/8, 2001:db8::1")

    assert isinstance(settings, Settings)
    assert settings.proxies == (ip_network("10.0.0.0/8"), ip_network("2001:db8::1/128"))


def test_no_proxy_is_trusted_unless_it_is_named(settings_of: SettingsOf) -> None:
    settings = settings_of(kind=Settings)

    assert isinstance(settings, Settings)
    assert settings.proxies == ()


@pytest.mark.parametrize("wrong", ["everybody", "10.0.0.1/8", "*"])
def test_what_is_no_address_is_refused_at_start(settings_of: SettingsOf, wrong: str) -> None:
    with pytest.raises(ValidationError, match="it must be addresses or networks"):
        settings_of(kind=Settings, trusted_proxies=wrong)
