"""Whom a programme reaches, counted from rows when somebody asks.

Row-level security shows the programme's organisation its own rows, operators all. Each session and meeting counts once
for a topic or a site, however many records of it there are.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_reporting.domain.offer import Offer
from kith_reporting.domain.populations import Populations
from kith_reporting.domain.reach import Area, Reach, Site, Topic
from kith_reporting.domain.refusals import NoPopulations
from kith_reporting.store.populations import find_populations
from kith_reporting.store.programmes import get_offer

_TOPICS: Final = sa.text("""
    select topic, sum(contact), sum(people), count(distinct occasion) from (
        select unnest(topics) as topic, 1 as contact, people, cast(null as uuid) as occasion
        from contacts where programme_id = :programme_id and organisation_id = :organisation_id and happened
        union all
        select unnest(topics), 0, 0, coalesce(meeting_id, session_id)
        from sessions where programme_id = :programme_id and organisation_id = :organisation_id and happened
    ) as told
    group by topic order by topic collate "C"
""")
_AREAS: Final = sa.text("""
    select district, sum(contact), sum(people), sum(received) from (
        select district, 1 as contact, people, 0 as received
        from contacts
        where programme_id = :programme_id and organisation_id = :organisation_id and district is not null and happened
        union all
        select district, 0, 0, received
        from areas where programme_id = :programme_id and organisation_id = :organisation_id
    ) as told
    group by district order by district collate "C"
""")
_SITES: Final = sa.text("""
    with referred as (
        select referral_id, site, matched_on from referrals
        where programme_id = :programme_id and programme_organisation_id = :organisation_id and site is not null
    )
    select site, sum(received), sum(matched), sum(sessions), sum(contacts), sum(people) from (
        select site, count(*) as received, count(matched_on) as matched, 0 as sessions, 0 as contacts, 0 as people
        from referred group by site
        union all
        select site, 0, 0, count(distinct coalesce(meeting_id, session_id)), 0, 0
        from sessions, unnest(attended_referral_ids || sessions.referral_id) as person
        join referred on referred.referral_id = person
        where programme_id = :programme_id and organisation_id = :organisation_id and happened
        group by site
        union all
        select site, 0, 0, 0, count(*), sum(people)
        from contacts
        where programme_id = :programme_id and organisation_id = :organisation_id and site is not null and happened
        group by site
    ) as told
    group by site order by site collate "C"
""")


async def get_reach(
    tx: AsyncConnection, programme_id: UUID, asking: UUID | None
) -> tuple[Offer, Reach, Populations | None]:
    """The programme, exactly whom it reaches, which is shown only as ``domain.reach`` says, and of how many.

    ``asking`` is the organisation that does; None stands for the network. Raises ``ProgrammeNotFound``.
    """
    offer = await get_offer(tx, programme_id, asking)
    return offer, await count_reach(tx, offer), await find_populations(tx, programme_id)


async def count_reach(tx: AsyncConnection, offer: Offer) -> Reach:
    """Exactly whom a programme reaches, each list in order of what it is about."""
    of = {"programme_id": offer.programme_id, "organisation_id": offer.organisation_id}
    return Reach(
        [Topic(row[0], *_counts(row)) for row in await tx.execute(_TOPICS, of)],
        [Area(row[0], *_counts(row)) for row in await tx.execute(_AREAS, of)],
        [Site(row[0], *_counts(row)) for row in await tx.execute(_SITES, of)],
    )


async def get_populations(tx: AsyncConnection, programme_id: UUID, asking: UUID | None) -> Populations:
    """How many there are in the programme's districts. Raises ``ProgrammeNotFound`` and ``NoPopulations``."""
    await get_offer(tx, programme_id, asking)
    kept = await find_populations(tx, programme_id)
    if kept is None:
        raise NoPopulations
    return kept


def _counts(row: Sequence[Any]) -> list[int]:
    return [int(count) for count in row[1:]]
