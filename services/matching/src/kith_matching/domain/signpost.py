"""What else there is: at a session, a meeting or a contact somebody is told of an entry of the directory.

"Signposting to services and resources that can assist self-management and encouraging their use" (LTC); those trained
in it "saw this as a part of establishing boundaries with people" (HH, *Information and signposting*). An entry is known
by its id alone: what it is called, and whether it is still there, the directory says.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from kith_matching.domain.components import Component, check_on
from kith_matching.domain.occasion import Contact, Outcome, Session
from kith_matching.domain.referral import Programme, Referral, check_remembered
from kith_matching.domain.refusals import MatchingRefused, NotFound


class EntryKind(StrEnum):
    """What the directory's entry is."""

    PROGRAMME = "programme"
    ORGANISATION = "organisation"


class Went(StrEnum):
    """What came of it."""

    WENT = "went"
    DID_NOT_GO = "did-not-go"
    TURNED_AWAY = "turned-away"
    """They went, and there was nothing for them: whoever keeps the entry should hear of it."""


class SignpostNotFound(NotFound):
    """No signpost that the caller may see has the id."""

    code = "signpost-not-found"
    advice = "Nobody was told of anything with this id that you may see."


class NobodyWasTold(MatchingRefused):
    """What did not take place told nobody of anything."""

    code = "nobody-was-told"
    advice = "This session did not take place. Say at which one the person was told."


class WasNotThere(MatchingRefused):
    """Whoever was told was there: at a session its person, at a meeting somebody who attended, else no name."""

    code = "was-not-there"
    advice = (
        "The person of this referral was not there. Name somebody who attended, or nobody: people at a contact have no "
        "names."
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the directory, by what it is and its id."""

    kind: EntryKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Signpost:
    """That somebody was told of an entry, on a day in Europe/London, and what came of it once somebody knows.

    It was at a session or at a contact. ``referral_id`` is whose person was told; None where nobody is named.
    """

    id: UUID
    programme_id: UUID
    organisation_id: UUID
    entry: Entry
    told_on: date
    session_id: UUID | None = None
    contact_id: UUID | None = None
    referral_id: UUID | None = None
    went: Went | None = None
    version: int = 1


def told_at_session(
    session: Session, entry: Entry, programme: Programme, referral: Referral | None, *, signpost_id: UUID
) -> Signpost:
    """Log that somebody was told at a session, or at a meeting: there nobody need be named.

    Raises ``ComponentOff``, ``NobodyWasTold``, ``WasNotThere`` and ``PersonErased``.
    """
    check_on(programme, Component.SIGNPOSTING)
    if session.occasion.outcome is not Outcome.HAPPENED:
        raise NobodyWasTold
    if referral is not None:
        check_remembered(referral)
        if referral.id not in {session.referral_id, *session.attended_referral_ids}:
            raise WasNotThere
    return Signpost(
        id=signpost_id,
        programme_id=programme.id,
        organisation_id=session.organisation_id,
        entry=entry,
        told_on=session.occasion.held_on,
        session_id=session.id,
        referral_id=referral.id if referral else None,
    )


def told_at_contact(
    contact: Contact, entry: Entry, programme: Programme, referral_id: UUID | None, *, signpost_id: UUID
) -> Signpost:
    """Log that somebody was told at a contact. Raises ``ComponentOff``, and ``WasNotThere`` where somebody is named."""
    check_on(programme, Component.SIGNPOSTING)
    if referral_id is not None:
        raise WasNotThere
    return Signpost(
        id=signpost_id,
        programme_id=programme.id,
        organisation_id=contact.organisation_id,
        entry=entry,
        told_on=contact.held_on,
        contact_id=contact.id,
    )


def say_went(signpost: Signpost, went: Went) -> Signpost:
    """Say what came of it; who hears more later says it anew."""
    return replace(signpost, went=went, version=signpost.version + 1)
