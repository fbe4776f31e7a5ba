"""Who looks after whom, and what was handed over: a statement or two, however much it is."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from kith_chassis.database import asked_by
from kith_matching.domain.looking_after import MOST_AT_ONCE, Handover, Kind, Thing
from kith_matching.tables import handovers, looked_after, matches, referrals, supporters

_OF: Final[tuple[tuple[Kind, sa.Table, sa.ColumnElement[bool]], ...]] = (
    (Kind.SUPPORTER, supporters, sa.true()),
    (Kind.REFERRAL, referrals, ~referrals.c.erased),
    (Kind.MATCH, matches, sa.exists().where(referrals.c.id == matches.c.referral_id, ~referrals.c.erased)),
)
"""What may be taken on. Of people who were erased nothing more is kept."""
_TAKE: Final = postgresql.insert(looked_after)
_TAKE_ON: Final = _TAKE.on_conflict_do_update(
    index_elements=[looked_after.c.kind, looked_after.c.about_id], set_={"coordinator": _TAKE.excluded.coordinator}
)
_INHERIT: Final = (
    postgresql.insert(looked_after)
    .from_select(
        ["kind", "about_id", "organisation_id", "coordinator"],
        sa.select(
            sa.literal(Kind.MATCH.value),
            sa.bindparam("match_id", type_=sa.Uuid),
            looked_after.c.organisation_id,
            looked_after.c.coordinator,
        ).where(looked_after.c.kind == Kind.REFERRAL, looked_after.c.about_id == sa.bindparam("referral_id")),
    )
    .on_conflict_do_nothing()
)
_ORGANISATION: Final = sa.bindparam("organisation_id", type_=sa.Uuid)
_HELD: Final = (
    sa.select(looked_after.c.kind, looked_after.c.about_id)
    .where(
        looked_after.c.organisation_id == _ORGANISATION,
        looked_after.c.coordinator == sa.bindparam("coordinator", type_=sa.Text),
    )
    .order_by(looked_after.c.kind, looked_after.c.about_id)
    .with_for_update()
)
_HELD_ALL: Final = _HELD.limit(MOST_AT_ONCE + 1)
_CHOSEN: Final = (
    sa.func.unnest(sa.bindparam("kinds", type_=ARRAY(sa.Text)), sa.bindparam("ids", type_=ARRAY(sa.Uuid)))
    .table_valued(sa.column("kind", sa.Text), sa.column("id", sa.Uuid))
    .render_derived("chosen")
)
_IS_CHOSEN: Final = sa.tuple_(looked_after.c.kind, looked_after.c.about_id).in_(sa.select(_CHOSEN.c.kind, _CHOSEN.c.id))
_HELD_CHOSEN: Final = _HELD.where(_IS_CHOSEN)
_GIVE: Final = sa.update(looked_after).where(_IS_CHOSEN).values(coordinator=sa.bindparam("to", type_=sa.Text))
_FREE: Final = (
    postgresql.insert(looked_after)
    .from_select(
        ["kind", "about_id", "organisation_id", "coordinator"],
        sa.union_all(
            *(
                sa.select(
                    sa.literal(kind.value),
                    table.c.id,
                    table.c.organisation_id,
                    sa.bindparam("to", type_=sa.Text),
                ).where(
                    table.c.organisation_id == _ORGANISATION,
                    table.c.id == sa.any_(sa.bindparam(kind.value, type_=ARRAY(sa.Uuid))),
                    kept,
                )
                for kind, table, kept in _OF
            )
        ),
    )
    .on_conflict_do_nothing()
    .returning(looked_after.c.kind, looked_after.c.about_id)
)
_KEEP: Final = sa.insert(handovers)


async def take_on(tx: AsyncConnection, kind: Kind, about_id: UUID, organisation_id: UUID) -> None:
    """Let whoever asks look after this from now on, whoever did before."""
    caller = asked_by(tx)
    if caller is not None:
        row = {"kind": kind, "about_id": about_id, "organisation_id": organisation_id, "coordinator": caller.subject}
        await tx.execute(_TAKE_ON, row)


async def take_on_free(tx: AsyncConnection, thing: Thing, organisation_id: UUID) -> None:
    """Let whoever asks look after this from now on, if nobody does."""
    caller = asked_by(tx)
    if caller is not None:
        await take_free(tx, organisation_id, [thing], caller.subject)


async def inherit(tx: AsyncConnection, match_id: UUID, referral_id: UUID) -> None:
    """Let whoever looks after the referral look after its match too."""
    await tx.execute(_INHERIT, {"match_id": match_id, "referral_id": referral_id})


async def list_held_for_update(
    tx: AsyncConnection, organisation_id: UUID, coordinator: str, chosen: Collection[Thing] | None
) -> list[Thing]:
    """What the coordinator looks after, locked: all, but no more than one over ``MOST_AT_ONCE``; or what is chosen."""
    asked = {"organisation_id": organisation_id, "coordinator": coordinator}
    if chosen is None:
        return _things(await tx.execute(_HELD_ALL, asked))
    return _things(await tx.execute(_HELD_CHOSEN, asked | _named(chosen)))


async def give(tx: AsyncConnection, things: Collection[Thing], to: str) -> None:
    """Let another coordinator look after these, which are locked."""
    await tx.execute(_GIVE, {"to": to, **_named(things)})


async def take_free(tx: AsyncConnection, organisation_id: UUID, chosen: Collection[Thing], to: str) -> list[Thing]:
    """Let a coordinator look after those of the chosen that are there and that nobody looks after; which they were."""
    by_kind = {kind.value: [one.id for one in chosen if one.kind is kind] for kind in Kind}
    return _things(await tx.execute(_FREE, {"organisation_id": organisation_id, "to": to, **by_kind}))


async def insert_handover(tx: AsyncConnection, handover: Handover) -> None:
    """Keep what was handed over."""
    await tx.execute(_KEEP, asdict(handover))


def _named(things: Collection[Thing]) -> dict[str, list[object]]:
    return {"kinds": [one.kind for one in things], "ids": [one.id for one in things]}


def _things(rows: Iterable[sa.Row[tuple[str, UUID]]]) -> list[Thing]:
    return [Thing(Kind(row.kind), row.about_id) for row in rows]
