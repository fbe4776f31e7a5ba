"""Text from outside: how it may be kept, and how it is compared."""

import unicodedata
from typing import Final

_KEPT_CONTROLS: Final = frozenset("\n\t")
_NEVER_KEPT: Final = frozenset({"Cc", "Cs"})


def clean(text: str) -> str:
    """The text as it may be kept: composed (NFC), without control characters and lone surrogates, trimmed.

    A database cannot hold a NUL, and nobody ever means one.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines.isprintable():
        lines = "".join(
            letter for letter in lines if letter in _KEPT_CONTROLS or unicodedata.category(letter) not in _NEVER_KEPT
        )
    return unicodedata.normalize("NFC", lines).strip()


def folded(text: str) -> str:
    """Text as it is compared: composed (NFC), case folded, one space between words."""
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).casefold().split()))
