"""People who are supported or counted together: those who are referred by their record, the others as numbers alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from kith_referrals.domain.person_refusals import InHousehold, NotInHousehold, PersonMerged
from kith_referrals.domain.records import Record, check_alive, check_holder
from kith_referrals.domain.refusals import NotFound


class Relation(StrEnum):
    """What somebody is to the person whom the household is about."""

    CARER = "carer"
    PARTNER = "partner"
    FAMILY = "family"
    FRIEND = "friend"


@dataclass(frozen=True, slots=True)
class Household:
    """One household of the organisation that made it.

    ``id`` is random (UUIDv4): it goes where the pseudonyms of people go. ``members`` counts those who are referred;
    ``others`` the rest, by relation, because they need no name. ``version`` grows by one with every change.
    """

    id: UUID
    organisation_id: UUID
    others: Mapping[Relation, int] = field(default_factory=dict)
    members: int = 0
    version: int = 1

    @property
    def size(self) -> int:
        """How many people it is."""
        return self.members + sum(self.others.values())


@dataclass(frozen=True, slots=True)
class Membership:
    """A referred person in a household. ``relation`` is None for the person whom the household is about."""

    household_id: UUID
    person_id: UUID
    relation: Relation | None


def join(
    household: Household, record: Record, relation: Relation | None, *, before: Membership | None, by: UUID
) -> tuple[Household, Membership]:
    """The household with a person whom the same organisation referred, or with another relation of theirs.

    ``before`` is the household that the person is in. Raises ``NotFound``, ``NotYourPerson``, ``PersonDied``,
    ``PersonMerged``, or ``InHousehold`` where they are in another one.
    """
    _check_own(household, by)
    check_holder(record, by)
    check_alive(record)
    if record.merged_into is not None:
        raise PersonMerged
    if before is not None and before.household_id != household.id:
        raise InHousehold
    joined = Membership(household.id, record.person.id, relation)
    members = household.members + (before is None)
    return replace(household, members=members, version=household.version + 1), joined


def leave(household: Household, *, before: Membership | None, by: UUID) -> Household:
    """The household without the person. Raises ``NotFound``, or ``NotInHousehold`` where they are not in it."""
    _check_own(household, by)
    if before is None or before.household_id != household.id:
        raise NotInHousehold
    return replace(household, members=household.members - 1, version=household.version + 1)


def recount(household: Household, others: Mapping[Relation, int], *, by: UUID) -> Household:
    """The household with so many others. Raises ``NotFound``."""
    _check_own(household, by)
    return replace(household, others=others, version=household.version + 1)


def _check_own(household: Household, by: UUID) -> None:
    """Somebody who sees a member sees the household, and changes nothing in it."""
    if household.organisation_id != by:
        raise NotFound
