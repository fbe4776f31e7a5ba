"""What a supporter says of themself: who may see what, what they avoid, and that they are supported too."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis import audit
from kith_chassis.audit import Entry
from kith_matching.domain.disclosure import Item, Viewer, as_seen, items_of, without
from kith_matching.domain.match import check_running
from kith_matching.domain.referral import check_remembered
from kith_matching.domain.refusals import ReferralNotFound
from kith_matching.domain.subjects import Speaker, check_is_theirs, check_speaks_for
from kith_matching.domain.supporter import Supporter
from kith_matching.domain.terms import Audience
from kith_matching.store import matches, referrals, sharing, supporters


async def put_disclosures(
    tx: AsyncConnection,
    supporter_id: UUID,
    said: Mapping[Item, Audience],
    taken_back: Collection[Item],
    *,
    by: Speaker,
    now: datetime,
) -> None:
    """Record what a supporter said of their items. Those that are not named stay as they said before.

    So somebody who is not shown an item cannot open it by leaving it out. What is taken back is not kept, shown or not.
    Raises as ``check_speaks_for``.
    """
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    check_speaks_for(supporter, by)
    before = (await sharing.get_disclosures(tx, supporter_id)).said
    after = {item: audience for item, audience in {**before, **said}.items() if item not in taken_back}
    left = without(supporter, taken_back)
    await sharing.save_disclosures(tx, supporter, after)
    if left != supporter:
        await supporters.save_supporter(tx, replace(left, version=supporter.version + 1))
    await audit.record(tx, Entry("disclosures-recorded", "supporter", supporter_id), now=now)


async def read_disclosures(
    tx: AsyncConnection, supporter_id: UUID, *, by: Speaker, now: datetime
) -> Mapping[Item, Audience]:
    """Every item of a supporter, with who may see it; for them alone. Raises as ``check_speaks_for``."""
    supporter = await supporters.get_supporter(tx, supporter_id)
    check_speaks_for(supporter, by)
    disclosures = await sharing.get_disclosures(tx, supporter_id)
    await audit.record(tx, Entry("disclosures-read", "supporter", supporter_id), now=now)
    return disclosures.among(items_of(supporter))


async def put_topics_to_avoid(
    tx: AsyncConnection, supporter_id: UUID, codes: Collection[str], *, by: Speaker, now: datetime
) -> None:
    """Record all that a supporter avoids. Raises as ``check_speaks_for``."""
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    check_speaks_for(supporter, by)
    await sharing.save_topics(tx, supporter, codes)
    await audit.record(tx, Entry("topics-to-avoid-recorded", "supporter", supporter_id), now=now)


async def preview(tx: AsyncConnection, supporter_id: UUID, viewer: Viewer, *, by: Speaker, now: datetime) -> Supporter:
    """The supporter as this viewer would see them. Raises ``SupporterNotFound``, also for another supporter."""
    supporter = await supporters.get_supporter(tx, supporter_id)
    check_is_theirs(supporter, by)
    disclosures = await sharing.get_disclosures(tx, supporter_id)
    await audit.record(tx, Entry("supporter-previewed", "supporter", supporter_id, (viewer,)), now=now)
    return as_seen(supporter, disclosures, viewer)


async def read_match_supporter(tx: AsyncConnection, match_id: UUID, *, now: datetime) -> Supporter:
    """The supporter as the person of a running match may know them. Raises ``MatchNotFound`` and ``MatchEnded``."""
    match = await matches.get_match(tx, match_id)
    check_running(match)
    supporter = await supporters.get_supporter(tx, match.supporter_id)
    disclosures = await sharing.get_disclosures(tx, supporter.id)
    await audit.record(tx, Entry("match-supporter-read", "match", match_id), now=now)
    return as_seen(supporter, disclosures, Viewer.PERSON_AFTER)


async def link_person(tx: AsyncConnection, supporter_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """Keep that a supporter is, or was, supported themself by the same organisation; what was said last stands.

    The record says of whom it was kept, and not who they are as a person. Raises ``SupporterNotFound``;
    ``ReferralNotFound`` where the organisation has no referral of this person; ``PersonErased``.
    """
    theirs = await referrals.list_referrals_of_for_update(tx, person_id)
    if not theirs:
        raise ReferralNotFound
    check_remembered(theirs[0])
    supporter = await supporters.get_supporter_for_update(tx, supporter_id)
    await sharing.save_hat(tx, supporter, person_id)
    await audit.record(tx, Entry("person-linked", "supporter", supporter_id), now=now)
