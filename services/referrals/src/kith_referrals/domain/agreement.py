"""What one organisation may see of another's referrals: agreed by both, ended by either."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kith_referrals.domain.network import Programme
from kith_referrals.domain.refusals import MoveRefused, NotAllowed, Unacceptable


class NoAgreement(NotAllowed):
    """Nothing is shared with another organisation that both have not agreed to share."""

    code = "no-agreement"
    says = "No sharing agreement in force covers this programme. Ask its organisation to sign one: POST /agreements."


class NotYourAgreement(NotAllowed):
    """Only the two organisations of an agreement sign it and end it."""

    code = "not-your-agreement"
    says = "Only the two organisations of this agreement may do this."


class AgreementWithOneself(Unacceptable):
    """What stays in an organisation needs no agreement."""

    code = "agreement-with-oneself"
    says = "An agreement is between two organisations. Your own programmes need none."


class PeriodBackwards(Unacceptable):
    """An agreement that ended before it began would never hold."""

    code = "period-backwards"
    says = "The agreement would end before it begins. Check the two dates."


class AgreementSigned(MoveRefused):
    """Each side signs once."""

    code = "agreement-signed"
    says = "Your organisation has already signed this agreement; it holds once the other has too."


class AgreementEnded(MoveRefused):
    """An agreement that has ended stays ended."""

    code = "agreement-ended"
    says = "This agreement has ended. Make a new one."


REFERRAL: Final = "referral"
"""The purpose without which no referral may be made under an agreement."""


class Level(StrEnum):
    """How much of a referral the receiving organisation sees."""

    FULL = "full"
    CODES_UNTIL_ACCEPTED = "codes-until-accepted"
    """Who the person is, and notes about them, only from the acceptance on."""


class State(StrEnum):
    """How far an agreement has come."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Agreement:
    """``sharer_id`` may share referrals with ``receiver_id``, for its programmes, for purposes, from when until when.

    No ``programme_ids`` means all of the receiver's. Days are civil dates (Europe/London), both included; instants UTC.
    """

    id: UUID
    sharer_id: UUID
    receiver_id: UUID
    programme_ids: tuple[UUID, ...]
    purposes: tuple[str, ...]
    level: Level
    starts_on: date
    ends_on: date | None = None
    sharer_signed_at: datetime | None = None
    receiver_signed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None
    version: int = 1

    @property
    def state(self) -> State:
        """Proposed until both have signed; ended when either has ended it."""
        if self.ended_at is not None:
            return State.ENDED
        return State.SIGNED if self.sharer_signed_at and self.receiver_signed_at else State.PROPOSED


@dataclass(frozen=True, slots=True)
class Cut:
    """What a closing made of an agreement: its last day before (``ends_on``), and the version that it left."""

    ends_on: date | None
    version: int


def checked(agreement: Agreement) -> Agreement:
    """The agreement, if it is between two and ends after it begins.

    Raises ``AgreementWithOneself`` or ``PeriodBackwards``.
    """
    if agreement.sharer_id == agreement.receiver_id:
        raise AgreementWithOneself
    if agreement.ends_on is not None and agreement.ends_on < agreement.starts_on:
        raise PeriodBackwards
    return agreement


def propose(agreement: Agreement, by: UUID, now: datetime) -> Agreement:
    """A new agreement, signed by the side that proposes it. Raises what ``checked`` and ``sign`` do."""
    return replace(sign(checked(agreement), by, now), version=1)


def sign(agreement: Agreement, by: UUID, now: datetime) -> Agreement:
    """The agreement with ``by``'s signature too.

    Raises ``NotYourAgreement``, ``AgreementEnded`` or ``AgreementSigned``.
    """
    _check_party(agreement, by)
    if agreement.state is State.ENDED:
        raise AgreementEnded
    if (agreement.sharer_signed_at if by == agreement.sharer_id else agreement.receiver_signed_at) is not None:
        raise AgreementSigned
    return replace(
        agreement,
        version=agreement.version + 1,
        sharer_signed_at=now if by == agreement.sharer_id else agreement.sharer_signed_at,
        receiver_signed_at=now if by == agreement.receiver_id else agreement.receiver_signed_at,
    )


def end(agreement: Agreement, by: UUID, now: datetime) -> Agreement:
    """The agreement, ended: nothing new is shared from now on. Raises ``NotYourAgreement`` or ``AgreementEnded``."""
    _check_party(agreement, by)
    if agreement.state is State.ENDED:
        raise AgreementEnded
    return replace(agreement, version=agreement.version + 1, ended_at=now, ended_by=by)


def end_on(agreement: Agreement, day: date, by: UUID, now: datetime) -> Agreement | None:
    """The agreement as it is when one of its sides closes: its last day is ``day`` at the latest; None if it was.

    What would begin later never does. Raises ``NotYourAgreement``.
    """
    if agreement.state is State.ENDED or (agreement.ends_on is not None and agreement.ends_on <= day):
        return None
    if agreement.starts_on > day:
        return end(agreement, by, now)
    _check_party(agreement, by)
    return replace(agreement, ends_on=day, version=agreement.version + 1)


def go_on(agreement: Agreement, cut: Cut, latest: date | None) -> Agreement | None:
    """The agreement with the last day that it had before one of its sides was to close; None if it stays as it is.

    Only where nobody signed, ended or recorded it since, so that the closing alone set the day it has. What has ended
    stays ended. ``latest`` is the last day of its other side, where that is to close too.
    """
    if agreement.state is State.ENDED or agreement.version != cut.version:
        return None
    ends_on = min((day for day in (cut.ends_on, latest) if day is not None), default=None)
    if ends_on == agreement.ends_on:
        return None
    return replace(agreement, ends_on=ends_on, version=agreement.version + 1)


def recorded(agreement: Agreement, before: Agreement | None, now: datetime) -> Agreement:
    """An agreement as the operator records it, signed by both since it was first recorded.

    Recording the same again changes nothing, also when it has ended meanwhile. Raises ``AgreementEnded`` where that one
    would change.
    """
    if before is None:
        return replace(agreement, sharer_signed_at=now, receiver_signed_at=now)
    stands = replace(
        agreement,
        version=before.version,
        sharer_signed_at=before.sharer_signed_at or now,
        receiver_signed_at=before.receiver_signed_at or now,
        ended_at=before.ended_at,
        ended_by=before.ended_by,
    )
    if stands == before:
        return before
    if before.state is State.ENDED:
        raise AgreementEnded
    return replace(stands, version=before.version + 1)


def is_in_force(agreement: Agreement, today: date) -> bool:
    """Whether both have signed it, nobody has ended it, and today lies in its days."""
    begun = agreement.starts_on <= today
    return agreement.state is State.SIGNED and begun and (agreement.ends_on is None or today <= agreement.ends_on)


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme that an organisation may refer to, under which agreement (None: it is its own), at which level."""

    programme: Programme
    agreement_id: UUID | None = None
    level: Level = Level.FULL


def offer(programme: Programme, sharer_id: UUID, agreements: Iterable[Agreement], today: date) -> Offer:
    """What lets ``sharer_id`` refer to the programme today; of several agreements the one that shares most.

    Raises ``NoAgreement`` where none in force covers the programme for referrals.
    """
    if programme.organisation_id == sharer_id:
        return Offer(programme)
    covering = [
        agreement
        for agreement in agreements
        if (agreement.sharer_id, agreement.receiver_id) == (sharer_id, programme.organisation_id)
        and REFERRAL in agreement.purposes
        and (not agreement.programme_ids or programme.id in agreement.programme_ids)
        and is_in_force(agreement, today)
    ]
    if not covering:
        raise NoAgreement
    best = min(covering, key=lambda agreement: (agreement.level is not Level.FULL, agreement.id))
    return Offer(programme, best.id, best.level)


def find_offer(programme: Programme, sharer_id: UUID, agreements: Iterable[Agreement], today: date) -> Offer | None:
    """As ``offer``, or None where nothing lets ``sharer_id`` refer to it."""
    try:
        return offer(programme, sharer_id, agreements, today)
    except NoAgreement:
        return None


def find_offers(
    programmes: Mapping[str, Programme], sharer_id: UUID, agreements: Sequence[Agreement], today: date
) -> dict[str, Offer]:
    """Those of the programmes that ``sharer_id`` may refer to, by the same names."""
    found = {name: find_offer(programme, sharer_id, agreements, today) for name, programme in programmes.items()}
    return {name: offer for name, offer in found.items() if offer is not None}


def _check_party(agreement: Agreement, by: UUID) -> None:
    if by not in {agreement.sharer_id, agreement.receiver_id}:
        raise NotYourAgreement
