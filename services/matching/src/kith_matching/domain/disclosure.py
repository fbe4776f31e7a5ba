"""Who may see what a supporter has been through: theirs to disclose, wholly, item by item (LTC, *Confidentiality*)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from kith_matching.domain.supporter import Supporter
from kith_matching.domain.terms import Audience


class Item(NamedTuple):
    """One item of lived experience: a code, and what it is to the supporter (``experience``, ``condition``, ``faith``).

    The same word in two lists is two items: whoever says that they were a carer need not say that they are ill.
    """

    connection: str
    code: str


class Viewer(StrEnum):
    """Who looks."""

    COORDINATOR = "coordinator"
    PERSON_BEFORE = "person-before"
    """The person, until both have said yes."""
    PERSON_AFTER = "person-after"
    PUBLIC = "public"


_SEES: Final[Mapping[Viewer, frozenset[Audience]]] = {
    Viewer.COORDINATOR: frozenset({Audience.COORDINATOR, Audience.AFTER_MATCH, Audience.PUBLIC}),
    Viewer.PERSON_AFTER: frozenset({Audience.AFTER_MATCH, Audience.PUBLIC}),
    Viewer.PERSON_BEFORE: frozenset({Audience.PUBLIC}),
    Viewer.PUBLIC: frozenset({Audience.PUBLIC}),
}
_RESERVED_FIRST: Final = tuple(Audience)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """What a supporter said of their items, and what holds of those of which they said nothing."""

    said: Mapping[Item, Audience] = field(default_factory=dict, repr=False)
    otherwise: Audience = Audience.COORDINATOR

    def of(self, item: Item) -> Audience:
        """Who may see this item."""
        return self.said.get(item, self.otherwise)

    def among(self, items: Iterable[Item]) -> dict[Item, Audience]:
        """These items, each with who may see it."""
        return {item: self.of(item) for item in items}


UNSAID: Final = Disclosures()
"""Of a supporter in no programme who said nothing."""


def seen_by(items: Mapping[Item, Audience], viewer: Viewer) -> frozenset[Item]:
    """Those of the items that the viewer may see. Everything that is shown of a supporter's items goes through here."""
    return frozenset(item for item, audience in items.items() if audience in _SEES[viewer])


def audience_of(told: str | None) -> Audience:
    """The audience. One that is not known, or not known yet, is the most reserved: what was shown is not taken back."""
    return Audience(told) if told in frozenset(Audience) else Audience.MATCHING_ONLY


def most_reserved(told: Collection[str | None]) -> Audience:
    """What holds of an item of which its supporter said nothing: the most reserved default of their programmes [K].

    None stands for a programme that was not heard of yet. Without any programme a coordinator sees it.
    """
    return min(map(audience_of, told), key=_RESERVED_FIRST.index, default=Audience.COORDINATOR)


def items_of(supporter: Supporter) -> list[Item]:
    """Every item of a supporter's lived experience."""
    return [Item(connection, code) for connection, codes in _lists(supporter).items() for code in codes]


def as_seen(supporter: Supporter, disclosures: Disclosures, viewer: Viewer) -> Supporter:
    """The supporter with no items but those that the viewer may see."""
    return _only(supporter, seen_by(disclosures.among(items_of(supporter)), viewer))


def unseen_kept(asked: Supporter, current: Supporter, disclosures: Disclosures) -> Supporter:
    """What a coordinator asks to record, with the items of which they could not know.

    Whoever reads a supporter, changes a number and sends all of it back has not taken back what they were not shown.
    Items have no order that matters, so the same items stay as they stand.
    """
    audiences = disclosures.among(items_of(current))
    unseen = audiences.keys() - seen_by(audiences, Viewer.COORDINATOR)
    wanted, before = _lists(asked), _lists(current)
    return _holding(
        asked,
        {
            connection: _merged(
                wanted.get(connection, ()),
                before.get(connection, ()),
                {item.code for item in unseen if item.connection == connection},
            )
            for connection in dict.fromkeys((*wanted, *before))
        },
    )


def without(supporter: Supporter, items: Collection[Item]) -> Supporter:
    """The supporter after they took these items back."""
    return _only(supporter, frozenset(items_of(supporter)) - frozenset(items))


def _merged(asked: tuple[str, ...], before: tuple[str, ...], unseen: set[str]) -> tuple[str, ...]:
    if set(asked) | unseen == set(before):
        return before
    return *asked, *(code for code in before if code in unseen and code not in asked)


def _only(supporter: Supporter, items: frozenset[Item]) -> Supporter:
    return _holding(
        supporter,
        {
            connection: tuple(code for code in codes if Item(connection, code) in items)
            for connection, codes in _lists(supporter).items()
        },
    )


def _lists(supporter: Supporter) -> dict[str, tuple[str, ...]]:
    return {"experience": supporter.experience, "condition": supporter.conditions, **supporter.connections}


def _holding(supporter: Supporter, lists: Mapping[str, tuple[str, ...]]) -> Supporter:
    connections = {name: codes for name, codes in lists.items() if codes and name not in {"experience", "condition"}}
    return replace(supporter, experience=lists["experience"], conditions=lists["condition"], connections=connections)
