"""What a journey is, and who takes part in it: organisations, their workers, supporters with access of their own."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kith_chassis.clock import new_id, new_pseudonym
from kith_cli.clients import Client

if TYPE_CHECKING:
    from kith_cli.journeys.stage import Stage

WORKERS: Final = ("referrer", "coordinator", "administrator", "safeguarding-lead", "auditor")
"""Who works at every organisation of a journey; each has a token of their own."""

BY_A_MOVED_CLOCK: Final = "tests/journeys/programmes/test_what_a_play_cannot_wait_for.py"
"""Where the same files of programmes are played by a clock that goes on when the test says so."""

Played = Mapping[str, str]
"""What a journey leaves to be looked at afterwards: ids, by what they are."""


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation of a journey, and those of its supporters who have a token of their own."""

    slug: str
    name: str
    kind: str = "charity"
    nation: str = "england"
    supporters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Journey:
    """What is played: the number and words of a programme, as the table of programmes has them, and its play.

    ``number`` is 0 where it goes through several programmes. ``elsewhere`` is what its row asks for and a
    play cannot wait for, and which of the tests shows it.
    """

    number: int
    title: str
    source: str
    words: str
    parts: tuple[Part, ...]
    play: Callable[["Stage"], Played]
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation as it stands on a network in one play: with an id that no other play has."""

    part: Part
    id: UUID = field(default_factory=new_id)
    subjects: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where its notices go: an address that nobody has."""
        return f"{self.part.slug}@example.org"

    def client_id(self, role: str) -> str:
        """The client that speaks in a role of it, or for one of its supporters."""
        return f"{self.part.slug}-{self.id.hex[-8:]}.{role}"

    @property
    def clients(self) -> Iterator[Client]:
        """Every client that a play needs of it; the token of a supporter says an opaque subject."""
        for role in WORKERS:
            yield Client(self.client_id(role), frozenset({role}), self.id)
        for name, subject in self.subjects.items():
            yield Client(self.client_id(name), frozenset({"supporter"}), self.id, name=subject)


@dataclass(frozen=True, slots=True)
class Cast:
    """One journey with those who play it once. A second play has others, so plays leave one another alone."""

    journey: Journey
    members: Mapping[str, Member]

    @property
    def clients(self) -> list[Client]:
        """Everybody's clients."""
        return [client for member in self.members.values() for client in member.clients]


def gather(journeys: Iterable[Journey]) -> list[Cast]:
    """Cast each of the journeys for one play."""
    return [Cast(one, {part.slug: _member(part) for part in one.parts}) for one in journeys]


def _member(part: Part) -> Member:
    return Member(part, subjects={name: str(new_pseudonym()) for name in part.supporters})
