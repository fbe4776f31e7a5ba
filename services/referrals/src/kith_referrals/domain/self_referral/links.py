"""The private link to a status page, the reference to say on the telephone, and the link of an invitation.

Only digests of links are kept: whoever reads the database cannot open a status page with what is there.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

KEPT: Final = timedelta(days=183)
"""How long the status page stays after the referral was closed: half a year."""
INVITED: Final = timedelta(days=14)
"""How long an invitation may be used."""
LETTERS: Final = "2346789FHJKMRWXY"
"""What references are made of: nothing that looks like another, or sounds like it on a bad line."""
REFERENCE_LENGTH: Final = 8

_TOKEN_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Link:
    """A referral that was made by its person, and the organisation whose record it is."""

    referral_id: UUID
    organisation_id: UUID
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that a professional hands over: the person who opens it refers themself, through that organisation.

    ``source_reference`` is the organisation's own. It expires at ``expires_at`` (UTC), and is used once.
    """

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    made_at: datetime
    expires_at: datetime
    source_reference: str | None = field(default=None, repr=False)
    used_at: datetime | None = None


def status_token(key: bytes, nonce: str) -> str:
    """The secret of the status page that a form with this stamp leads to: 128 bits, as 22 letters.

    The same form sent twice leads to the same page, although the secret itself is kept nowhere.
    """
    return _text(hmac.digest(key, f"status\n{nonce}".encode(), "sha256")[:_TOKEN_BYTES])


def invitation_token(chance: bytes) -> str:
    """The secret of an invitation, from 16 random bytes, as 22 letters."""
    return _text(chance)


def digest(token: str) -> bytes:
    """What is kept of a secret. What cannot be one has a digest too, so that looking for it costs the same."""
    return sha256(token.encode("utf-8", "replace")).digest()


def reference(chance: Iterable[int]) -> str:
    """A reference of eight letters from at least eight random bytes; 32 bits, unlikely to be guessed or repeated."""
    letters = [LETTERS[number % len(LETTERS)] for number in chance][:REFERENCE_LENGTH]
    return "".join(letters)


def is_over(closed_at: datetime | None, now: datetime) -> bool:
    """Whether the status page is no longer shown: half a year after the referral was closed."""
    return closed_at is not None and now >= closed_at + KEPT


def may_be_used(invitation: Invitation, now: datetime) -> bool:
    """Whether the invitation still opens a form."""
    return invitation.used_at is None and now < invitation.expires_at


def _text(secret: bytes) -> str:
    return urlsafe_b64encode(secret).rstrip(b"=").decode()
