"""Facts in: a whole batch is folded in memory and written once, whatever the order of keys and topics."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock
from kith_chassis.received import Received
from kith_contracts import matching, notifications, referrals
from kith_contracts.fact import Fact
from kith_reporting import usecases
from kith_reporting.domain.batch import (
    Batch,
    ClaimChange,
    ContactChange,
    MessageChange,
    OrganisationChange,
    ProgrammeChange,
    SessionChange,
    SupporterChange,
)
from kith_reporting.domain.totals import MISSED

HEARS: Final = (referrals.TOPIC, matching.TOPIC, notifications.TOPIC)
SHARING: Final = "share-referral"
HAPPENED: Final = "happened"
GROUP: Final = "group"
"""The kind of session whose topics are counted. What one person spoke of with their supporter is kept of neither."""


async def on_facts(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Bring what is read up to date."""
    await usecases.project(tx, fold(facts))


async def on_facts_again(tx: AsyncConnection, facts: Sequence[Received]) -> None:
    """Fill the spare tables, for a replay."""
    await usecases.project_aside(tx, fold(facts))


def fold(facts: Sequence[Received]) -> Batch:
    """One change for each story that the facts tell of. Facts that count for nothing are passed over."""
    batch = Batch()
    for fact in facts:
        if folded := _FOLD.get(type(fact.body)):
            folded(batch, fact.body, fact)
    return batch


def _organisation(batch: Batch, body: referrals.OrganisationPublished, _: Received) -> None:
    batch.organisations[body.organisation_id] = OrganisationChange(body.organisation_id, body.organisation_name)


def _programme(batch: Batch, body: referrals.ProgrammePublished, _: Received) -> None:
    terms = body.terms
    batch.programmes[body.programme_id] = ProgrammeChange(
        body.programme_id,
        body.organisation_id,
        body.programme_name,
        terms.sites if terms else (),
        terms.proposed_households if terms else None,
    )


def _created(batch: Batch, body: referrals.ReferralCreated, _: Received) -> None:
    change = batch.referral(body.referral_id)
    change.place(body.referring_organisation_id, body.programme_organisation_id, body.programme_id)
    change.received_on, change.district, change.site = body.received_on, body.district, body.site


def _decided(batch: Batch, body: referrals.ReferralDecided, _: Received) -> None:
    change = batch.referral(body.referral_id)
    change.place(body.referring_organisation_id, body.programme_organisation_id, body.programme_id)
    change.decision = body.decision


def _consent(batch: Batch, body: referrals.ConsentChanged, _: Received) -> None:
    if body.purpose == SHARING:
        batch.referral(body.referral_id).sharing = body.state


def _closed(batch: Batch, body: referrals.ReferralClosed, _: Received) -> None:
    change = batch.referral(body.referral_id)
    change.place(body.referring_organisation_id, body.programme_organisation_id, body.programme_id)
    change.closed = body.reason


def _reopened(batch: Batch, body: referrals.ReferralReopened, _: Received) -> None:
    change = batch.referral(body.referral_id)
    change.place(body.referring_organisation_id, body.programme_organisation_id, body.programme_id)
    change.reopen()


def _missed(batch: Batch, body: referrals.PromiseMissed, _: Received) -> None:
    change = batch.referral(body.referral_id)
    change.place(body.referring_organisation_id, body.programme_organisation_id, body.programme_id)
    if body.promise in MISSED:
        setattr(change, MISSED[body.promise], True)


def _erased(batch: Batch, body: referrals.PersonErased, fact: Received) -> None:
    batch.erased[body.person_id] = fact.occurred_at


def _claimed(batch: Batch, body: referrals.ResultClaimed, _: Received) -> None:
    batch.claims[body.claim_id] = _claim(body, standing=True)


def _reversed(batch: Batch, body: referrals.ClaimReversed, _: Received) -> None:
    batch.claims[body.claim_id] = _claim(body, standing=False)


def _claim(body: referrals.ResultClaimed | referrals.ClaimReversed, *, standing: bool) -> ClaimChange:
    return ClaimChange(body.claim_id, body.organisation_id, body.programme_id, body.household_id, body.result, standing)


def _supporter(batch: Batch, body: matching.SupporterChanged, _: Received) -> None:
    batch.supporters[body.supporter_id] = SupporterChange(
        body.supporter_id, body.organisation_id, tuple(dict.fromkeys(body.programme_ids)), body.state
    )


def _proposed(batch: Batch, body: matching.MatchProposed, _: Received) -> None:
    batch.referral(body.referral_id).proposal = "proposed"


def _answered(batch: Batch, body: matching.ProposalAnswered, _: Received) -> None:
    batch.referral(body.referral_id).proposal = f"{body.answered_by}-{body.answer}"


def _matched(batch: Batch, body: matching.MatchMade, fact: Received) -> None:
    batch.referral(body.referral_id).match(clock.today(fact.occurred_at))


def _ended(batch: Batch, body: matching.MatchEnded, _: Received) -> None:
    batch.referral(body.referral_id).end(body.ending, waits_again=bool(body.waits_again))


def _session(batch: Batch, body: matching.SessionLogged, _: Received) -> None:
    attended = body.attended_referral_ids
    if attended:
        attended = tuple(one for one in dict.fromkeys(attended) if one != body.referral_id)
    batch.sessions[body.session_id] = SessionChange(
        body.session_id,
        body.organisation_id,
        body.programme_id,
        body.held_on,
        body.outcome == HAPPENED,
        body.referral_id,
        attended,
        body.meeting_id,
        body.companions,
        _each_once(body.topics) if body.kind == GROUP else (),
    )


def _contact(batch: Batch, body: matching.ContactLogged, _: Received) -> None:
    batch.contacts[body.contact_id] = ContactChange(
        body.contact_id,
        body.organisation_id,
        body.programme_id,
        body.held_on,
        body.people,
        _each_once(body.topics),
        body.district,
        body.site,
        body.outcome == HAPPENED,
    )


def _each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _delivered(batch: Batch, body: notifications.MessageDelivered, _: Received) -> None:
    batch.messages[body.message_id] = MessageChange(body.message_id, body.story_kind, body.story_id, delivered=True)


def _failed(batch: Batch, body: notifications.MessageFailed, _: Received) -> None:
    batch.messages[body.message_id] = MessageChange(body.message_id, body.story_kind, body.story_id, delivered=False)


_FOLD: Final[dict[type[Fact], Callable[[Batch, Any, Received], None]]] = {
    referrals.OrganisationPublished: _organisation,
    referrals.ProgrammePublished: _programme,
    referrals.ReferralCreated: _created,
    referrals.ReferralDecided: _decided,
    referrals.ConsentChanged: _consent,
    referrals.ReferralClosed: _closed,
    referrals.ReferralReopened: _reopened,
    referrals.PromiseMissed: _missed,
    referrals.PersonErased: _erased,
    referrals.ResultClaimed: _claimed,
    referrals.ClaimReversed: _reversed,
    matching.SupporterChanged: _supporter,
    matching.MatchProposed: _proposed,
    matching.ProposalAnswered: _answered,
    matching.MatchMade: _matched,
    matching.MatchEnded: _ended,
    matching.SessionLogged: _session,
    matching.ContactLogged: _contact,
    notifications.MessageDelivered: _delivered,
    notifications.MessageFailed: _failed,
}
