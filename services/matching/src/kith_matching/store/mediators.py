"""Supporters considered as mediators between two, with who of them is close to one of the two."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_matching.domain.dispute import Mediator
from kith_matching.domain.mediation import Party, PartyKind
from kith_matching.domain.referral import Programme
from kith_matching.store import supporters

_CLOSE: Final = sa.text("""
    with theirs as (
        select id from referrals
        where person_id in (select person_id from referrals where id = any(:referrals))
        and organisation_id = :organisation_id
    ),
    met as (
        select group_id, supporter_ids from sessions
        where organisation_id = :organisation_id and group_id is not null and voided_as is null
        and (attended_referral_ids && (select coalesce(array_agg(id), '{}') from theirs)
            or supporter_ids && :supporters)
    ),
    gathered as (
        select group_id from met
        union select group_id from places where referral_id in (select id from theirs)
        union select group_id from group_plans
        where organisation_id = :organisation_id and facilitators && :supporters
    )
    select supporter_id from proposals where referral_id in (select id from theirs)
    union select unnest(facilitators) from group_plans where group_id in (select group_id from gathered)
    union select unnest(supporter_ids) from sessions
    where organisation_id = :organisation_id and group_id in (select group_id from gathered) and voided_as is null
    union select unnest(:supporters)
""").bindparams(*(sa.bindparam(name, type_=ARRAY(sa.Uuid)) for name in ("referrals", "supporters")))
"""Whoever was proposed to one of the two, as every match began, at whatever time and in whichever programme of the
organisation, or was in one group with them; and the two themselves."""

_SAID_NO: Final = sa.text("""
    select mediator_id from mediations
    where declined_by = 'mediator' and first_id = any(:ids) and second_id = any(:ids)
""").bindparams(sa.bindparam("ids", type_=ARRAY(sa.Uuid)))


async def list_mediators(tx: AsyncConnection, programme: Programme, parties: Sequence[Party]) -> list[Mediator]:
    """The programme's active supporters, considered as mediators between the two."""
    found = await supporters.list_candidates(tx, programme)
    close, said_no = await _get_ties(tx, programme.organisation_id, parties)
    return [Mediator(one, one.id in close, one.id in said_no, load.matches) for one, load in found]


async def get_mediator(
    tx: AsyncConnection, organisation_id: UUID, parties: Sequence[Party], supporter_id: UUID
) -> Mediator:
    """One supporter, considered as a mediator between the two. Raises ``SupporterNotFound``."""
    found = await supporters.get_qualified(tx, supporter_id)
    close, said_no = await _get_ties(tx, organisation_id, parties)
    return Mediator(found, supporter_id in close, supporter_id in said_no)


async def _get_ties(
    tx: AsyncConnection, organisation_id: UUID, parties: Sequence[Party]
) -> tuple[set[UUID], set[UUID]]:
    ids: dict[PartyKind, list[UUID]] = {PartyKind.REFERRAL: [], PartyKind.SUPPORTER: []}
    for party in parties:
        ids[party.kind].append(party.id)
    asked = {
        "referrals": ids[PartyKind.REFERRAL],
        "supporters": ids[PartyKind.SUPPORTER],
        "organisation_id": organisation_id,
    }
    close = await tx.scalars(_CLOSE, asked)
    said_no = await tx.scalars(_SAID_NO, {"ids": [party.id for party in parties]})
    return set(close), set(said_no)
