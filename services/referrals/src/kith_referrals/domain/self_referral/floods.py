"""How many forms may come in an hour, from one network and to one programme; and from which network one comes."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

from kith_referrals.domain.self_referral.refusals import TooMany

Networks = Sequence[IPv4Network | IPv6Network]

HOUR: Final = timedelta(hours=1)
KEPT: Final = timedelta(hours=24)
"""How long a count is kept, and with it the keyed digest of where forms came from."""
UNKNOWN: Final = "unknown"
"""The network of a connection that does not say where it comes from."""

_PREFIX: Final = 64
"""Bits of an IPv6 address that are one household's or one office's (RFC 6177, BCP 157)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Forms taken in an hour. A library, a ward or a mobile network shares one address: the first is not small."""

    per_network: int
    per_programme: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How many forms came in this hour, with the one that is being taken."""

    from_network: int
    to_programme: int


def check(counted: Counted, limits: Limits, now: datetime) -> None:
    """Refuse what is above a limit. Raises ``TooMany``."""
    if counted.from_network > limits.per_network or counted.to_programme > limits.per_programme:
        raise TooMany(hour(now) + HOUR - now)


def hour(now: datetime) -> datetime:
    """The hour that is counted."""
    return now.replace(minute=0, second=0, microsecond=0)


def client_network(peer: str | None, forwarded: str, trusted: Networks) -> str:
    """The network that a request comes from: an IPv4 address, or the first 64 bits of an IPv6 one.

    ``peer`` is who connected. Where that is a trusted proxy, ``forwarded`` (X-Forwarded-For) is read from its end, for
    every proxy adds whom it heard: the first address that is not a trusted proxy's counts. Anybody can write the rest.
    """
    found = _address(peer or "")
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    while found is not None and hops and any(found in network for network in trusted):
        before = _address(hops.pop())
        if before is None:
            break
        found = before
    if found is None:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _PREFIX), strict=False))
    return str(found)


def network_bucket(key: bytes, network: str) -> bytes:
    """What forms from a network are counted under: nobody without the key can tell which network that is."""
    return hmac.digest(key, f"network\n{network}".encode(), "sha256")


def programme_bucket(key: bytes, programme_id: UUID) -> bytes:
    """What forms to a programme are counted under."""
    return hmac.digest(key, f"programme\n{programme_id}".encode(), "sha256")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
