"""The stamp on a form: where and when the page was made, signed, so that it counts once and for a day."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from kith_referrals.domain.self_referral.refusals import StampForged, StampTooOld, StampTooQuick

QUICKEST: Final = timedelta(seconds=3)
"""Sent sooner than this after the page was made, it was hardly read."""
OLDEST: Final = timedelta(hours=24)
"""How long a page may lie open."""

_LONGEST: Final = 200
_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp that is ours. ``nonce`` is 128 random bits in hexadecimal; ``issued_at`` is UTC, in whole seconds."""

    nonce: str
    issued_at: datetime


def issue(key: bytes, place: str, nonce: bytes, now: datetime) -> str:
    """A stamp for the form at ``place``, made at ``now`` with 16 random bytes."""
    told = f"{int(now.timestamp())}.{nonce.hex()}"
    return f"{told}.{_signature(key, place, told)}"


def read(key: bytes, place: str, text: str) -> Stamp:
    """The stamp, if we made it for ``place``. Raises ``StampForged``."""
    parts = text.split(".") if len(text) <= _LONGEST and text.isascii() else []
    if len(parts) != _PARTS:
        raise StampForged
    seconds, nonce, signature = parts
    if not hmac.compare_digest(signature, _signature(key, place, f"{seconds}.{nonce}")):
        raise StampForged
    return Stamp(nonce, datetime.fromtimestamp(int(seconds), UTC))


def check_age(stamp: Stamp, now: datetime) -> None:
    """Refuse what was sent too soon or too late. Raises ``StampTooQuick`` or ``StampTooOld``."""
    age = now - stamp.issued_at
    if age < QUICKEST:
        raise StampTooQuick
    if age > OLDEST:
        raise StampTooOld


def _signature(key: bytes, place: str, told: str) -> str:
    return hmac.digest(key, f"stamp\n{place}\n{told}".encode(), "sha256").hex()
