"""What referrals reads from its environment beyond what every service does: how much it takes, and for how long."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from kith_chassis.settings import ServiceSettings

_ERASURE_WAIT_DAYS: Final = 7


def _networks(value: str) -> str:
    """Refuse what is no list of addresses and networks."""
    try:
        _parsed(value)
    except ValueError:
        raise ValueError("it must be addresses or networks such as 10.0.0.0/8, a comma between") from None
    return value


def _parsed(value: str) -> Sequence[IPv4Network | IPv6Network]:
    return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


class Settings(ServiceSettings):
    """What the referrals service needs."""

    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="",
        description="Proxies whose `X-Forwarded-For` is believed: addresses or networks, comma between; empty: none.",
    )
    self_referrals_per_network: int = Field(
        default=30, ge=1, description="Self-referrals taken in an hour from one IPv4 address or IPv6 /64."
    )
    self_referrals_per_programme: int = Field(
        default=200, ge=1, description="Self-referrals taken in an hour by one programme."
    )
    bulk_body_limit: int = Field(
        default=8 * 1024 * 1024,
        ge=1024,
        description="Longest body of `POST /referrals/bulk` in bytes; longer ones get 413.",
    )

    notice_before_consent_ends: int = Field(
        default=14, ge=1, description="Days before the last one of a consent on which those who rely on it are told."
    )

    draft_days: int = Field(
        default=90, ge=1, description="Days after which a draft of a referral that nobody changed is deleted."
    )
    erasure_wait_days: int | None = Field(
        default=None,
        ge=0,
        le=30,
        description="Days in which a decision to erase somebody can be taken back. "
        "Unset: 0 with the development issuer, else 7.",
    )

    @property
    def erasure_wait(self) -> timedelta:
        """How long after the decision somebody is erased. The law gives a month for all of it (UK GDPR, Article 12)."""
        if self.erasure_wait_days is not None:
            return timedelta(days=self.erasure_wait_days)
        return timedelta(days=0 if self.development_issuer else _ERASURE_WAIT_DAYS)

    @property
    def proxies(self) -> Sequence[IPv4Network | IPv6Network]:
        """The trusted proxies, as networks."""
        return _parsed(self.trusted_proxies)

    @property
    def notice(self) -> timedelta:
        """How long before its last day a consent is told of."""
        return timedelta(days=self.notice_before_consent_ends)
