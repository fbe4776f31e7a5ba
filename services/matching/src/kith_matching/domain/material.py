"""What supporters and people are given to read: by edition, so that it is known who has which.

Coordinators do the "producing and updating [of] materials to support the running of the peer group/service" (LTC). Kith
keeps no file: where it is, or the digest by which somebody knows that they hold the right one, is enough [K].
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kith_matching.domain.refusals import InTheFuture, MatchingRefused, NotFound


class MaterialNotFound(NotFound):
    """No material of this organisation has the id."""

    code = "material-not-found"
    advice = "No material of your organisation has this id."


class NothingToFind(MatchingRefused):
    """Whoever is given something can find it, or tell that it is the right one."""

    code = "nothing-to-find"
    advice = "Say where it is (link), or what its file's SHA-256 is (digest), or both."


class EditionEarlier(MatchingRefused):
    """An edition comes after the one that it replaces."""

    code = "edition-earlier"
    advice = "The edition before it holds from that day, or from a later one. Name a day after it."


class NotTheirs(MatchingRefused):
    """What a programme gives is for its groups and its supporters."""

    code = "material-of-another-programme"
    advice = "The group or the supporter is not in the programme of this material. Choose that programme's."


class EditionNotHeld(MatchingRefused):
    """Nobody is given what does not hold yet, or holds no more."""

    code = "edition-not-held"
    advice = "On that day this edition did not hold yet, or another had replaced it. Give the one that holds."


@dataclass(frozen=True, slots=True)
class Material:
    """One edition of something that a programme gives, by its code (a handbook, a leaflet, a course book).

    It holds from ``since`` on, a day in Europe/London, and until the next edition does. ``digest`` is a SHA-256.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    code: str
    since: date
    link: str | None = None
    digest: str | None = None
    edition: int = 1
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Giving:
    """That a group, or a supporter, was given an edition on a day in Europe/London."""

    id: UUID
    material_id: UUID
    organisation_id: UUID
    given_on: date
    group_id: UUID | None = None
    supporter_id: UUID | None = None


def issue(asked: Material, before: Material | None) -> Material:
    """Issue something, or another edition of it. Raises ``NothingToFind`` and ``EditionEarlier``."""
    if asked.link is None and asked.digest is None:
        raise NothingToFind
    if before is None:
        return asked
    if asked.since <= before.since:
        raise EditionEarlier
    return replace(asked, edition=before.edition + 1, replaces=before.id)


def give(material: Material, replaced_on: date | None, giving: Giving, *, theirs: bool, today: date) -> Giving:
    """Give an edition to somebody; ``theirs`` says that they are in its programme.

    Raises ``NotTheirs``, ``InTheFuture`` and ``EditionNotHeld``.
    """
    if not theirs:
        raise NotTheirs
    if giving.given_on > today:
        raise InTheFuture
    if giving.given_on < material.since or (replaced_on is not None and giving.given_on >= replaced_on):
        raise EditionNotHeld
    return giving
