"""From a waiting referral to a match: who would suit, the proposal, the two answers, and what is not answered."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit, clock
from kith_chassis.audit import Entry
from kith_chassis.http import check_version
from kith_matching import outgoing
from kith_matching.domain.introducing import NOTHING_MORE, Said
from kith_matching.domain.looking_after import Kind
from kith_matching.domain.match import Match, make_match
from kith_matching.domain.proposal import Answer, Answered, Proposal, ProposalState, Side, answer, lapse, propose
from kith_matching.domain.referral import Referral, check_open
from kith_matching.domain.refusals import ProposalNotFound
from kith_matching.domain.score import Ranking, rank
from kith_matching.domain.terms import Terms
from kith_matching.store import looking_after, matches, proposals, referrals, rounds, supporters
from kith_matching.store.supporters import get_own_organisation

MOST_AT_ONCE: Final = 500
"""Proposals that lapse in one transaction; the others follow at the next tick."""


async def rank_candidates(tx: AsyncConnection, referral_id: UUID, *, now: datetime) -> tuple[Referral, Ranking]:
    """Who could support this person, best first with reasons, and who could not, with the rules in the way.

    Raises ``ReferralNotOpen`` where nobody may be proposed: what the person told is then not shown either.
    """
    referral = await referrals.get_referral(tx, referral_id)
    check_open(referral)
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    today = clock.today(now)
    pairs = await supporters.list_pairs(tx, referral, programme, today)
    last = await rounds.get_last_round(tx, referral)
    await audit.record(tx, Entry("candidates-listed", "referral", referral_id), now=now)
    return referral, rank(pairs, today, last)


async def propose_pair(
    tx: AsyncConnection, referral_id: UUID, supporter_id: UUID, *, got_to_know: bool = False, now: datetime
) -> Proposal:
    """Propose a supporter for a person. ``got_to_know`` says that who proposes them knows both a little.

    Whoever proposes looks after the person from now on, and after their match.

    The referral is locked first, the supporter second, everywhere; so of two coordinators who propose the last place at
    once one is refused with ``no-capacity``, and neither waits for the other for ever.
    """
    referral = await referrals.get_referral_for_update(tx, referral_id)
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    today = clock.today(now)
    pair = await supporters.get_pair_for_update(tx, referral, programme, supporter_id, today=today)
    proposal = propose(
        pair,
        matched=await matches.is_any_running(tx, referral_id),
        proposed=await proposals.is_any_open(tx, referral_id),
        proposal_id=clock.new_id(),
        today=today,
        now=now,
        got_to_know=got_to_know,
    )
    await proposals.insert_proposal(tx, proposal)
    await looking_after.take_on(tx, Kind.REFERRAL, referral_id, referral.organisation_id)
    await audit.record(tx, Entry("match-proposed", "proposal", proposal.id), now=now)
    await outgoing.tell_proposed(tx, proposal, now=now)
    return proposal


async def answer_proposal(
    tx: AsyncConnection,
    proposal_id: UUID,
    by: Side,
    said: Answer,
    *,
    more: Said = NOTHING_MORE,
    expected_version: int,
    now: datetime,
) -> Answered:
    """Take an answer; the second yes makes the match. Raises ``StaleVersion`` where the proposal has moved on."""
    seen = await proposals.get_proposal(tx, proposal_id)
    referral = await referrals.get_referral_for_update(tx, seen.referral_id)
    proposal = await proposals.get_proposal_for_update(tx, proposal_id)
    check_version(proposal.version, expected_version, "proposal")
    programme = await referrals.get_programme(tx, referral.programme_id, referral.organisation_id)
    pair = await supporters.get_pair_for_update(
        tx, referral, programme, proposal.supporter_id, today=clock.today(now), except_proposal=proposal.id
    )
    answered = answer(proposal, by, said, pair, today=clock.today(now), now=now, more=more)
    await proposals.save_proposals(tx, [answered.proposal])
    made = await _make_match(tx, answered.proposal, programme.terms, now=now)
    entries = [Entry("proposal-answered", "proposal", proposal_id, (by, answered.said))]
    if made is not None:
        entries.append(Entry("match-made", "match", made.id))
    await audit.record(tx, *entries, now=now)
    await outgoing.tell_answered(tx, [answered], made, now=now)
    return answered


async def answer_offer(
    tx: AsyncConnection,
    proposal_id: UUID,
    said: Answer,
    *,
    own: tuple[UUID, str],
    more: Said = NOTHING_MORE,
    expected_version: int,
    now: datetime,
) -> Answered:
    """Take a supporter's answer from themself: ``own`` is their id, and the subject of who asks.

    Until the person has said yes there is nothing of which they may know. Raises ``SupporterNotFound`` for anybody
    else, ``ProposalNotFound``, and as ``answer_proposal``.
    """
    supporter_id, subject = own
    await get_own_organisation(tx, supporter_id, subject)
    seen = await proposals.get_proposal(tx, proposal_id)
    if seen.supporter_id != supporter_id or seen.state is ProposalState.AWAITING_PERSON:
        raise ProposalNotFound
    return await answer_proposal(
        tx, proposal_id, Side.SUPPORTER, said, more=more, expected_version=expected_version, now=now
    )


async def _make_match(tx: AsyncConnection, proposal: Proposal, terms: Terms, *, now: datetime) -> Match | None:
    if proposal.state is not ProposalState.AGREED:
        return None
    match = make_match(proposal, terms, match_id=clock.new_id(), today=clock.today(now))
    await matches.insert_match(tx, match)
    await looking_after.inherit(tx, match.id, match.referral_id)
    await referrals.save_waiting(tx, [match.referral_id], waits=False)
    return match


async def lapse_proposals(tx: AsyncConnection, now: datetime) -> None:
    """End the proposals whose answer did not come in time, at most ``MOST_AT_ONCE``, and free their places."""
    due = await proposals.list_due_for_update(tx, limit=MOST_AT_ONCE, now=now)
    lapsed = [lapse(proposal, now=now) for proposal in due]
    await proposals.save_proposals(tx, [one.proposal for one in lapsed])
    await outgoing.tell_answered(tx, lapsed, now=now)
