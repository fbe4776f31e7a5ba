"""The chain: each digest covers an entry and the digest before it. Pure, so that table and file obey one rule."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from kith_chassis.refusals import Refusal

_LINK: Final = re.compile(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII)
_LINE: Final = re.compile(r'\{"number":([1-9][0-9]{0,17}),"digest":"([0-9a-f]{64})","entry":(\{.*\})\}', re.ASCII)
_LAST: Final = re.compile(r'\{"head":"([0-9]+:[0-9a-f]{64})"\}', re.ASCII)


class LinkMalformed(Refusal):
    """What should say where a chain stands does not."""

    code = "link-malformed"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain stands: the number of an entry, counted from 1, and the digest that was given to it.

    Written ``number:digest``, in hexadecimal: what an operator notes elsewhere, so that a chain which somebody wrote
    anew from the beginning is found too.
    """

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The link as ``str`` writes it. Raises ``LinkMalformed``."""
        found = _LINK.fullmatch(text)
        if found is None:
            raise LinkMalformed(
                "Send a link as it was given out: the entry's number, a colon and 64 hexadecimal digits."
            )
        return cls(int(found[1]), bytes.fromhex(found[2]))


START: Final = Link(0, bytes(32))
"""Before the first entry."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry in the chain: its text exactly as it was written, and the digest that was given to it."""

    number: int
    digest: bytes
    entry: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry at which a chain does not hold, with a stable ``code`` and a sentence."""

    number: int
    code: str
    message: str


def follow(link: Link, entries: Iterable[Sealed], noted: Link | None = None) -> tuple[Link, Break | None]:
    """Walk on from ``link``: the last entry that holds, and the first that does not. ``noted`` is passed on the way."""
    for one in entries:
        number = link.number + 1
        if one.number > number:
            return link, Break(number, "entry-missing", f"Entry {number} is missing: it was removed.")
        if one.number < number or one.digest != sha256(link.digest + one.entry.encode()).digest():
            told = f"Entry {one.number} is not what was sealed there: it was changed, inserted or moved."
            return link, Break(one.number, "entry-changed", told)
        if noted is not None and noted.number == number and noted.digest != one.digest:
            told = f"Entry {number} has another digest than was noted: the chain was written anew."
            return link, Break(number, "chain-rewritten", told)
        link = Link(number, one.digest)
    return link, None


def end(link: Link, head: Link, noted: Link | None = None) -> Break | None:
    """What is wrong where a chain ends at ``link`` and its head says ``head``; None where all was there."""
    last = max(head.number, noted.number if noted else 0)
    if link.number < last:
        missing = link.number + 1
        return Break(missing, "entry-missing", f"Entry {missing} is missing: the chain was cut off before it.")
    if link.number > head.number:
        added = head.number + 1
        return Break(added, "entry-added", f"Entry {added} was never sealed: it was put behind the chain's end.")
    if link != head:
        return Break(head.number, "head-changed", f"Entry {head.number} is not the head that the chain says it has.")
    return None


def line(one: Sealed) -> str:
    """The entry as a line of an export; its text stands in it as it is, for the digest covers just that."""
    return f'{{"number":{one.number},"digest":"{one.digest.hex()}","entry":{one.entry}}}\n'


def last_line(head: Link) -> str:
    """The last line of an export: without it the file was cut short."""
    return f'{{"head":"{head}"}}\n'


def verify_lines(lines: Iterable[str], noted: Link | None = None) -> tuple[Link, Break | None]:
    """Hold an export against the rule, a line at a time: the last entry that holds, and what is wrong first."""
    heads: list[Link] = []
    broken: list[Break] = []

    def entries() -> Iterator[Sealed]:
        for number, text in enumerate((text.rstrip("\n") for text in lines), start=1):
            found, last = _LINE.fullmatch(text), _LAST.fullmatch(text)
            if found and not heads:
                yield Sealed(int(found[1]), bytes.fromhex(found[2]), found[3])
            elif last and not heads:
                heads.append(Link.read(last[1]))
            else:
                broken.append(Break(number, "line-unreadable", f"Line {number} is not as it was exported."))
                return

    link, wrong = follow(START, entries(), noted)
    if wrong or broken:
        return link, wrong or broken[0]
    if not heads:
        cut = link.number + 1
        return link, Break(
            cut, "export-cut-short", f"The export ends without its last line: entry {cut} may be missing."
        )
    return link, end(link, heads[0], noted)
