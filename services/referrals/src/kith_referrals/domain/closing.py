"""How an organisation closes: announced for a day, handed over in turns, and nobody left waiting for what is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kith_referrals.domain import lifecycle
from kith_referrals.domain.agreement import Cut
from kith_referrals.domain.members import check_opaque
from kith_referrals.domain.network import INFORMAL, Organisation, Programme
from kith_referrals.domain.records import Decision, Kind
from kith_referrals.domain.referral import OFFERED, Referral, Status
from kith_referrals.domain.refusals import MoveRefused, Unacceptable
from kith_referrals.domain.steps import Actor, Moved


class ClosingBeforeToday(Unacceptable):
    """Nobody can be told in time of a day that has passed."""

    code = "closing-before-today"
    says = "The day of closing lies before today. Give today or a day to come."


class SuccessorUnfit(Unacceptable):
    """Who is sent on must arrive somewhere."""

    code = "successor-unfit"


class AlreadyClosing(MoveRefused):
    """A closing is announced once: partners act on it at once."""

    code = "organisation-already-closing"
    says = "This organisation is closing already. See GET /organisations/{id}/closing for its plan."


class LastDayCome(MoveRefused):
    """From the last day on people's support ends and their records move, and neither comes back."""

    code = "closing-day-come"
    says = (
        "The last day has come, and what is handed over then does not come back. Go on with "
        "POST /organisations/{id}/closing/handover."
    )


@dataclass(frozen=True, slots=True)
class Closing:
    """An organisation's last day (``closes_on``, Europe/London), and who follows.

    ``administrator`` is the issuer's opaque id of who speaks for it, ``announced_by`` that of the operator.
    ``successors`` names for its programmes, by id, those of other organisations that people are sent on to.
    ``successor_id`` is the organisation that may hold people's records on, where their consent covers it. ``cuts`` are
    the agreements that end with it, by id.
    """

    organisation_id: UUID
    closes_on: date
    administrator: str
    announced_at: datetime
    announced_by: str
    successor_id: UUID | None = None
    successors: Mapping[UUID, UUID] = field(default_factory=dict)
    cuts: Mapping[UUID, Cut] = field(default_factory=dict)

    def has_come(self, today: date) -> bool:
        """Whether its last day is here, so that support ends and records are handed over too."""
        return self.closes_on <= today


@dataclass(frozen=True, slots=True)
class Linked:
    """A household that the organisation holds: who is in it (``members``).

    ``gone`` are those whose record the successor holds now, ``agreed`` those of them whose consent still covers it.
    """

    id: UUID
    members: frozenset[UUID]
    gone: frozenset[UUID]
    agreed: frozenset[UUID]

    @property
    def goes_over(self) -> bool:
        """Whether the successor may hold it: a household links people, so all in it must agree to be seen there."""
        return bool(self.members) and self.agreed == self.members


def announced(
    closing: Closing,
    organisation: Organisation,
    *,
    successor: Organisation | None,
    programmes: Mapping[UUID, Programme],
    today: date,
) -> Closing:
    """The closing, if it can be announced; ``programmes`` are those of its ``successors``, old and new.

    Raises ``AlreadyClosing``, ``ClosingBeforeToday``, ``SubjectNamesSomebody`` or ``SuccessorUnfit``.
    """
    if organisation.closes_on is not None:
        raise AlreadyClosing
    if closing.closes_on < today:
        raise ClosingBeforeToday
    check_opaque(closing.administrator)
    if closing.successor_id is not None and (successor is None or not _follows(successor, organisation)):
        raise SuccessorUnfit("The successor must be another organisation of this network, and not closing itself.")
    for old, new in closing.successors.items():
        before, after = programmes.get(old), programmes.get(new)
        if before is None or before.organisation_id != organisation.id:
            raise SuccessorUnfit("Only programmes of the organisation that closes have successors.")
        if after is None or after.organisation_id == organisation.id or not _takes_people(after):
            raise SuccessorUnfit(
                "A programme's successor must be one of another organisation that goes on and takes referrals."
            )
    return closing


def called_off(closing: Closing, organisation: Organisation, today: date) -> Organisation:
    """The organisation as it goes on. Raises ``LastDayCome`` from the last day on."""
    if closing.has_come(today):
        raise LastDayCome
    return replace(organisation, closes_on=None)


def handing_back(closing: Closing, today: date) -> frozenset[Status]:
    """Which referrals to its programmes are handed back: offers from the first day, who was taken on from the last."""
    return lifecycle.OPEN if closing.has_come(today) else OFFERED


def hand_back(closing: Closing, referral: Referral, by: Actor, now: datetime) -> Moved:
    """The referral, sent on to the programme that follows or given back to whoever referred.

    Raises what ``lifecycle.hand_back`` does.
    """
    return lifecycle.hand_back(referral, by, closing.successors.get(referral.programme_id), now)


def hand_over(person_id: UUID, *, covered: bool) -> Decision:
    """What becomes of a person's record: the successor holds it where they agree to be seen there, else it is shut.

    A record that is shut is not deleted: its retention runs on, and it is read with a reason.
    """
    if covered:
        return Decision(Kind.HANDED_OVER, person_id)
    return Decision(Kind.RESTRICTED, person_id, reason=lifecycle.ORGANISATION_CLOSED)


def _follows(successor: Organisation, organisation: Organisation) -> bool:
    return successor.id != organisation.id and successor.closes_on is None


def _takes_people(programme: Programme) -> bool:
    return programme.formality != INFORMAL and programme.organisation_closes_on is None
