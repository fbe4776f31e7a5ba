"""What the referrals service tells: kept a batch at a time, with what follows for proposals and matches."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import clock, erased
from kith_matching import outgoing
from kith_matching.domain.concern import About, Grounds, Raised, Whereabouts
from kith_matching.domain.loose_end import supporter_to_tell
from kith_matching.domain.match import Ended, Match, end_match, ending_of
from kith_matching.domain.proposal import withdraw
from kith_matching.domain.referral import Change, HelpAsked, News, Referral, forgotten, is_open, told
from kith_matching.store import erasing, loose_ends, matches, proposals, referrals
from kith_matching.usecases import concerns, mediating, places
from kith_matching.usecases.stopping import cancel_what_is_coming_to


async def hear(tx: AsyncConnection, news: News, *, now: datetime, heard_at: datetime) -> None:
    """Keep the news, and end what may not go on for referrals that closed or lost consent: all that waits or runs.

    A referral may be heard of before its programme; it is then kept, and matched once the programme is known. A change
    to a referral that this service was never told of is passed over. Of people who were erased, before or after, only
    that there was a referral is kept.

    ``now`` is when the last of it was told. What has been told long ago may be heard late: whether a visit is still to
    come is held against ``heard_at``, or one that has begun would be lost to those who look for the visitor.
    """
    await erased.remember(tx, news.erased)
    gone = await erased.find_erased(tx, {referral.person_id for referral in news.referrals})
    await referrals.keep_organisations(tx, news.organisations)
    await referrals.keep_programmes(tx, news.programmes)
    await referrals.keep_referrals(tx, [forgotten(one) if one.person_id in gone else one for one in news.referrals])
    theirs = await erasing.forget(tx, news.erased)
    before = await referrals.list_referrals_for_update(tx, {change.referral_id for change in news.changes})
    after, stops = _stand({referral.id: referral for referral in before}, news.changes)
    await referrals.save_standings(tx, after.values())
    await _end_what_may_not_go_on(tx, stops, heard_on=clock.today(heard_at), now=now)
    await places.free_places(tx, stops, theirs, now=now)
    await cancel_what_is_coming_to(tx, {*stops, *theirs}, now=heard_at)
    await mediating.stop_mediations(tx, {*stops, *theirs}, now=now)
    await _raise_concerns(tx, news.help_asked, now=now)


async def _raise_concerns(tx: AsyncConnection, asked: Iterable[HelpAsked], *, now: datetime) -> None:
    """Of each who asked for help: whatever they agreed to, and wherever their referral stands."""
    for one in asked:
        await concerns.raise_concern(
            tx,
            Raised(Grounds.PERSON_ASKED, About.HELP_REQUEST, one.request_id),
            organisation_id=one.organisation_id,
            by=None,
            where=Whereabouts(programme_id=one.programme_id, district=one.district),
            now=now,
        )


def _stand(
    standing: dict[UUID, Referral], changes: Iterable[Change]
) -> tuple[dict[UUID, Referral], dict[UUID, tuple[Referral, datetime]]]:
    """How the referrals stand after the changes; and those that a change stopped, as it left them, and when."""
    stops: dict[UUID, tuple[Referral, datetime]] = {}
    for change in changes:
        before = standing.get(change.referral_id)
        if before is None:
            continue
        after = standing[before.id] = told(before, change)
        if is_open(before) and not is_open(after):
            stops.setdefault(before.id, (after, change.at))
    return standing, stops


async def _end_what_may_not_go_on(
    tx: AsyncConnection, stops: dict[UUID, tuple[Referral, datetime]], *, heard_on: date, now: datetime
) -> None:
    """End proposals and matches. Whatever came from elsewhere, the supporter is told by a human."""

    def end(match: Match) -> Ended:
        referral, at = stops[match.referral_id]
        return end_match(match, ending_of(referral.closed_reason), today=clock.today(at), waits_again=True)

    withdrawn = [
        withdraw(one, now=stops[one.referral_id][1]) for one in await proposals.list_open_for_update(tx, stops)
    ]
    ended = [end(match) for match in await matches.list_running_for_update(tx, stops)]
    await proposals.save_proposals(tx, [one.proposal for one in withdrawn])
    await matches.save_matches(tx, [one.match for one in ended])
    await loose_ends.keep_loose_ends(
        tx,
        [supporter_to_tell(one.match, erased=stops[one.match.referral_id][0].erased, today=heard_on) for one in ended],
    )
    await referrals.save_waiting(tx, [one.match.referral_id for one in ended], waits=True)
    await outgoing.tell_answered(tx, withdrawn, now=now)
    await outgoing.tell_ended(tx, ended, now=now)
