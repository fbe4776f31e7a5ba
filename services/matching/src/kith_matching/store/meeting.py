"""What a meeting's log looks at before it is kept: whose it is, and how everybody named stands."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.compiled import Compiled
from kith_matching.domain.meeting import Standing
from kith_matching.domain.refusals import ProgrammeNotFound, SupporterNotFound

_OURS: Final = Compiled(
    sa.text(
        "select array(select jsonb_array_elements_text(terms -> 'comes_as')) as comes_as,"
        " (select count(*) from supporters where id = any(cast(:supporters as uuid[]))) as known"
        " from programmes where id = :programme_id and organisation_id = :organisation_id"
    )
)
_LOCK: Final = Compiled(
    sa.text(
        "select id, programme_id, consented, erased, decision, closed_on, waiting"
        " from referrals where id = any(cast(:ids as uuid[])) order by id for update"
    )
)


async def get_comes_as(
    tx: AsyncConnection, programme_id: UUID, organisation_id: UUID, supporter_ids: Collection[UUID]
) -> list[str]:
    """Who comes, as the definition of the organisation's programme says it.

    Raises ``ProgrammeNotFound``, also while it is on its way, and ``SupporterNotFound`` unless all are its own.
    """
    asked = {"programme_id": programme_id, "organisation_id": organisation_id, "supporters": list(supporter_ids)}
    found = await _OURS.rows(tx, asked)
    if not found:
        raise ProgrammeNotFound
    ((comes_as, known),) = found
    if known != len(set(supporter_ids)):
        raise SupporterNotFound
    return list(comes_as)


async def list_standings_for_update(tx: AsyncConnection, referral_ids: Collection[UUID]) -> list[Standing]:
    """How those of the referrals stand that there are, locked, in order of id, as everybody locks several."""
    rows = await _LOCK.rows(tx, {"ids": list(referral_ids)}) if referral_ids else []
    return [Standing(*row) for row in rows]
