"""Text that only its readers open: each under a data key of its own, kept wrapped under a key that no database holds.

Who has the database, by SQL as any role, or in a backup, has the text enciphered and its data key wrapped, and nothing
that opens either; who loses the sealing keys has lost every sealed text (decision 0035).
"""

import hmac
import os
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kith_chassis.refusals import Refusal

DATA_KEY: Final = 32
"""Bytes of the key that enciphers one text; a sealing key has as many (AES-256)."""
KEY_ID: Final = 8
"""Bytes with which a wrapped key begins: the id of the sealing key that opens it."""

_NONCE: Final = bytes(12)
"""The same each time: a data key enciphers one text and never another (NIST SP 800-38D, 8.2)."""
_RANDOM_NONCE: Final = 12
"""Bytes, drawn anew for each wrapping: one sealing key wraps many, at most 2^32 (NIST SP 800-38D, 8.3)."""


class SealedElsewhere(Refusal):
    """The sealing key that wraps this text's data key is not among those that the service was given."""

    code = "sealed-elsewhere"

    def __init__(self) -> None:
        super().__init__(
            "This was sealed under a key that the service does not have. It is not lost as long as that key is kept: "
            "ask the network's operator to add it to KITH_SEALING_KEYS."
        )


class SealBroken(Refusal):
    """The seal does not fit: text, key, record or reader is not the one it was sealed with."""

    code = "seal-broken"

    def __init__(self) -> None:
        super().__init__(
            "This no longer opens: what is kept was changed in the database, or belongs to another record or reader. "
            "Tell the network's operator."
        )


@dataclass(frozen=True, slots=True)
class Enciphered:
    """A text that only its key opens: AES-256-GCM, with the id that it is kept under as associated data."""

    key_id: UUID
    text: bytes
    key: bytes = field(repr=False)

    def opened(self) -> str:
        """The text as it was written. Raises ``InvalidTag`` where the key or its id is another's."""
        return AESGCM(self.key).decrypt(_NONCE, self.text, self.key_id.bytes).decode()


def encipher(key_id: UUID, text: str) -> Enciphered:
    """The text under a key of its own."""
    key = AESGCM.generate_key(DATA_KEY * 8)
    return Enciphered(key_id, AESGCM(key).encrypt(_NONCE, text.encode(), key_id.bytes), key)


@dataclass(frozen=True, slots=True)
class SealedText:
    """What a store keeps of a sealed text: both are safe to keep, and neither opens anything."""

    text: bytes
    key: bytes
    """The data key, wrapped: the id of the sealing key, a nonce, and what AES-256-GCM makes of it."""


class Sealer:
    """Wraps under the first of its keys, and opens under each of them, so that keys are changed without a pause.

    A text is bound to the record it belongs to, and to those whom it opens for (``opens_for``: a subject, or the id of
    an organisation). Who writes another reader's name into the database opens nothing by that.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_key_id(key): AESGCM(key) for key in keys}
        self._first, *others = self._keys
        self.outdated: Final = tuple(others)
        """The ids of the keys that only open: what they wrap is to be wrapped anew."""

    def seal(self, record_id: UUID, text: str, *, opens_for: str) -> SealedText:
        """The text under a data key of its own, and that key wrapped."""
        made = encipher(record_id, text)
        return SealedText(made.text, self.wrap(record_id, made.key, opens_for=opens_for))

    def open(self, record_id: UUID, sealed: SealedText, *, opens_for: str) -> str:
        """The text as it was written. Raises ``SealedElsewhere`` and ``SealBroken``."""
        key = self.unwrap(record_id, sealed.key, opens_for=opens_for)
        try:
            return Enciphered(record_id, sealed.text, key).opened()
        except InvalidTag:
            raise SealBroken from None

    def wrap(self, record_id: UUID, key: bytes, *, opens_for: str) -> bytes:
        """A data key, as it may be kept."""
        nonce = os.urandom(_RANDOM_NONCE)
        return self._first + nonce + self._keys[self._first].encrypt(nonce, key, _bound_to(record_id, opens_for))

    def unwrap(self, record_id: UUID, wrapped: bytes, *, opens_for: str) -> bytes:
        """The data key. Raises ``SealedElsewhere`` and ``SealBroken``."""
        wrapping = self._keys.get(wrapped[:KEY_ID])
        if wrapping is None:
            raise SealedElsewhere
        nonce, rest = wrapped[KEY_ID:][:_RANDOM_NONCE], wrapped[KEY_ID + _RANDOM_NONCE :]
        try:
            return wrapping.decrypt(nonce, rest, _bound_to(record_id, opens_for))
        except (InvalidTag, ValueError):  # a nonce that was cut short is no tag that fails
            raise SealBroken from None


def read_keys(text: str) -> tuple[bytes, ...]:
    """The keys that a setting names, a comma between. Raises ``ValueError`` that says how to make one, and shows none.

    ``openssl rand -base64 32`` makes one. The first wraps; all open.
    """
    try:
        keys = tuple(b64decode(part.strip(), validate=True) for part in text.split(","))
    except ValueError:
        keys = (b"",)
    if any(len(key) != DATA_KEY for key in keys):
        raise ValueError("each must be 32 random bytes in base64, a comma between; `openssl rand -base64 32` makes one")
    return keys


def _key_id(key: bytes) -> bytes:
    """A name for a sealing key that anybody may see: of 32 random bytes it tells nothing."""
    return hmac.digest(key, b"kith sealing key", "sha256")[:KEY_ID]


def _bound_to(record_id: UUID, opens_for: str) -> bytes:
    return record_id.bytes + opens_for.encode()
